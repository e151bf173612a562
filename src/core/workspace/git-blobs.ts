import { createHash } from 'node:crypto';
import { CesError } from '../errors.js';
import { gitFailed, type RunGit } from './git.js';

const args = ['cat-file', '--batch'];

/** SHA-256 and size of git blobs, streamed; refuses with `git_failed` where one is missing. */
export async function hashBlobs(
  runGit: RunGit,
  cwd: string,
  blobs: readonly string[],
): Promise<ReadonlyMap<string, { sha256: string; size: number }>> {
  const digests = new Map<string, { sha256: string; size: number }>();
  let hash = createHash('sha256');
  await readBlobs(runGit, cwd, blobs, {
    piece: (bytes) => hash.update(bytes),
    end: (blob, size) => {
      digests.set(blob, { sha256: hash.digest('hex'), size });
      hash = createHash('sha256');
    },
  });
  return digests;
}

/** The bytes of git blobs by id; for small files and small numbers of them. */
export async function loadBlobs(
  runGit: RunGit,
  cwd: string,
  blobs: readonly string[],
): Promise<ReadonlyMap<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  let pieces: Buffer[] = [];
  await readBlobs(runGit, cwd, blobs, {
    piece: (bytes) => pieces.push(bytes),
    end: (blob) => {
      contents.set(blob, Buffer.concat(pieces));
      pieces = [];
    },
  });
  return contents;
}

interface BlobReader {
  piece(bytes: Buffer): void;
  end(blob: string, size: number): void;
}

/** git answers `<id> blob <size>\n<bytes>\n` for each id, in order; chunks may end anywhere. */
async function readBlobs(runGit: RunGit, cwd: string, blobs: readonly string[], reader: BlobReader): Promise<void> {
  if (blobs.length === 0) return;
  const unique = [...new Set(blobs)];
  let header = '';
  let current: { id: string; size: number; left: number } | null = null;
  let done = 0;
  let problem: CesError | null = null;

  function take(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && problem === null) {
      if (current === null) {
        const end = chunk.indexOf(10, at);
        header += chunk.toString('latin1', at, end === -1 ? chunk.length : end);
        if (end === -1) return;
        at = end + 1;
        const [id = '', type = '', size = ''] = header.split(' ');
        header = '';
        if (type !== 'blob') problem = missingBlob(id);
        current = { id, size: Number(size), left: Number(size) };
      } else if (current.left > 0) {
        const piece = chunk.subarray(at, at + current.left);
        reader.piece(piece);
        current.left -= piece.length;
        at += piece.length;
      } else {
        at++; // the newline after the bytes
        reader.end(current.id, current.size);
        current = null;
        done++;
      }
    }
  }

  const { exitCode, stderr } = await runGit(args, {
    cwd,
    input: Buffer.from(`${unique.join('\n')}\n`),
    onStdout: take,
  });
  if (problem !== null) throw problem;
  if (exitCode !== 0 || done !== unique.length)
    throw gitFailed(args, cwd, `gave ${done} of ${unique.length} objects`, stderr);
}

function missingBlob(id: string): CesError {
  return new CesError(
    'git_failed',
    `git has no blob ${id}`,
    'Run `git fsck`, and fetch what a shallow or partial clone left out',
  );
}
