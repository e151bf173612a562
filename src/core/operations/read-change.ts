import { createHash } from 'node:crypto';
import type { Change, TreeEntry } from '../delta/tree.js';
import { CesError } from '../errors.js';
import type { OperationContext } from '../ports.js';

/** The bytes on both sides of a change; null where a side has none to show (it is not there, or is a repository or a device). */
export interface ChangeBytes {
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
}

/**
 * Reads what a change is about and hashes it while it is read: what is shown is what the digests name, and so what is
 * signed. Refuses (`conflict`) bytes that are others by now. `readLink` gives the target of a link below the root.
 */
export async function readChange(
  ctx: OperationContext,
  change: Change,
  base: string | null,
  readLink: (path: string) => Promise<Uint8Array>,
): Promise<ChangeBytes> {
  const readAfter = async (entry: TreeEntry) =>
    entry.mode === '120000' ? readLink(entry.path) : ctx.workspace.read(entry.path);
  const readBefore = async (entry: TreeEntry) => (base === null ? null : ctx.workspace.readAtCommit(base, entry.path));
  return {
    before: await readSide(change.before, readBefore),
    after: await readSide(change.after, readAfter),
  };
}

async function readSide(
  entry: TreeEntry | null,
  read: (entry: TreeEntry) => Promise<Uint8Array | null>,
): Promise<Uint8Array | null> {
  if (entry === null || entry.mode === '160000' || entry.mode === 'special' || entry.mode === 'unreadable') return null;
  const bytes = await read(entry);
  if (bytes !== null && createHash('sha256').update(bytes).digest('hex') === entry.sha256) return bytes;
  throw new CesError(
    'conflict',
    `${JSON.stringify(entry.path)} changed while it was looked at.`,
    'Run ces approve again and look at it as it is.',
  );
}
