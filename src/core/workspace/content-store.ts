import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Scan, TreeEntry } from '../delta/tree.js';
import { CesError } from '../errors.js';
import type { ContentStore } from '../ports.js';
import { writeDurably } from './durable-file.js';
import { createBreather, fsPath, systemCode } from './file-system.js';
import { assertInside } from './safe-path.js';
import { scanSchema } from './scan-schema.js';

/** Names of files that tend to hold secrets: their digests are kept, their bytes never. */
const secretNames =
  /^(\.env.*|\.envrc|\.netrc|\.npmrc|\.pypirc|\.git-credentials|id_.*|.*\.(pem|key|p12|pfx|jks|keystore|kdbx|asc|gpg)|.*(secret|credential|password|token).*)$/i;

/** Whether a file is kept by digest only. */
export function isSecretsLike(path: string): boolean {
  return path.split('/').some((name) => secretNames.test(name));
}

/**
 * Contents by SHA-256 below `dir`, at most `maxBytes` of them; scans beside them. `keep` skips what it can't keep
 * (secrets-like, too large, gone or changed) and counts it. Refuses with `state_unwritable` and `state_corrupt`.
 */
export function createContentStore({ dir, maxBytes }: { dir: string; maxBytes: number }): ContentStore {
  const objectPath = (sha256: string) => join(dir, 'objects', sha256.slice(0, 2), sha256.slice(2));
  const scanPath = (id: string) => join(dir, 'scans', `${id}.json.gz`);

  return {
    async keep(root, entries) {
      const breathe = createBreather();
      let room = maxBytes - sizeOfObjects(join(dir, 'objects'));
      let kept = 0;
      for (const entry of entries) {
        const path = objectPath(entry.sha256);
        if (isKeepable(entry) && readIfThere(path) !== null) kept++;
        else if (isKeepable(entry) && entry.size <= room) {
          const bytes = readEntry(root, entry);
          if (bytes !== null) {
            writeDurably(path, bytes);
            room -= bytes.length;
            kept++;
          }
        }
        await breathe();
      }
      return { kept, skipped: entries.length - kept };
    },
    async get(sha256) {
      if (!/^[0-9a-f]{64}$/.test(sha256)) return null;
      const bytes = readIfThere(objectPath(sha256));
      if (bytes !== null && digest(bytes) !== sha256) throw corrupt(objectPath(sha256));
      return bytes;
    },
    async saveScan(scan) {
      const text = Buffer.from(JSON.stringify(scan));
      const id = digest(text);
      writeDurably(scanPath(id), gzipSync(text));
      return id;
    },
    async loadScan(id) {
      if (!/^[0-9a-f]{64}$/.test(id)) return null;
      const packed = readIfThere(scanPath(id));
      return packed === null ? null : parseScan(packed, id, scanPath(id));
    },
  };
}

function parseScan(packed: Buffer, id: string, path: string): Scan {
  let text: Buffer;
  try {
    text = gunzipSync(packed);
  } catch (error) {
    throw corrupt(path, error);
  }
  if (digest(text) !== id) throw corrupt(path);
  return scanSchema.parse(JSON.parse(text.toString('utf8')));
}

function isKeepable(entry: TreeEntry): boolean {
  const held = entry.mode === '100644' || entry.mode === '100755' || entry.mode === '120000';
  return held && entry.sha256 !== '' && !isSecretsLike(entry.path);
}

/** The bytes of an entry, or null where they are not what its digest says. */
function readEntry(root: string, entry: TreeEntry): Buffer | null {
  assertInside(entry.path);
  const full = fsPath(`${root}/${entry.path}`);
  try {
    const stats = lstatSync(full, { throwIfNoEntry: false });
    if (entry.mode === '120000' ? !stats?.isSymbolicLink() : !stats?.isFile()) return null;
    const bytes = entry.mode === '120000' ? readlinkSync(full, { encoding: 'buffer' }) : readFileSync(full);
    return digest(bytes) === entry.sha256 ? bytes : null;
  } catch (error) {
    if (systemCode(error) === '') throw error;
    return null;
  }
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw new CesError('state_corrupt', `${path} cannot be read`, 'Check its permissions', error);
  }
}

function sizeOfObjects(folder: string): number {
  let total = 0;
  try {
    for (const child of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, child.name);
      total += child.isDirectory() ? sizeOfObjects(path) : (lstatSync(path, { throwIfNoEntry: false })?.size ?? 0);
    }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  return total;
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function corrupt(path: string, cause?: unknown): CesError {
  return new CesError(
    'state_corrupt',
    `${path} is not what was written`,
    'Run `ces audit verify`; restore the file',
    cause,
  );
}
