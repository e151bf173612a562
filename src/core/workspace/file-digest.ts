import { createHash, hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { gitBlobId, type ObjectFormat } from '../delta/git-tree.js';
import type { TreeEntry } from '../delta/tree.js';
import type { FileCache } from './file-cache.js';
import { createBreather, fsPath } from './file-system.js';

/** Hashes one file or link; throws the system's error where it can't be read. */
export type DigestFile = (path: string, stats: Stats, want: { blob: boolean }) => TreeEntry | Promise<TreeEntry>;

const headerRoom = 32; // git's `blob <size>\0` goes in front of the bytes, so that one call hashes both
const bufferSize = 1024 * 1024;

/** A file is opened without following a link and without waiting for a FIFO that took its place. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Reads into one buffer that is used again and again. git's blob id is computed only where it is not known yet. */
export function createDigestFile(root: string, format: ObjectFormat, cache: FileCache): DigestFile {
  const buffer = Buffer.allocUnsafe(headerRoom + bufferSize);

  function pairUp(sha256: string, bytes: Buffer): void {
    cache.pair(sha256, gitBlobId(bytes, format), bytes.length);
  }

  return (path, stats, want) => {
    const startedAtMs = Date.now();
    const full = fsPath(`${root}/${path}`);
    if (stats.isSymbolicLink()) {
      const target = readlinkSync(full, { encoding: 'buffer' });
      const sha256 = hash('sha256', target, 'hex');
      if (want.blob && cache.blobOf(sha256) === undefined) pairUp(sha256, target);
      const entry: TreeEntry = { path, mode: '120000', sha256, size: target.length };
      cache.remember(stats, entry, startedAtMs);
      return entry;
    }
    const mode = (stats.mode & 0o100) === 0 ? '100644' : '100755';
    const file = openSync(full, openFlags);
    let size = 0;
    try {
      for (let count = -1; count !== 0 && size < bufferSize; size += count) {
        count = readSync(file, buffer, headerRoom + size, bufferSize - size, null);
        // A read that ends where the file ended before need not be asked again.
        if (size + count === stats.size && size + count < bufferSize && count > 0) {
          size += count;
          break;
        }
      }
    } catch (error) {
      closeSync(file);
      throw error;
    }
    if (size === bufferSize) return digestLarge(file, path, mode, stats, startedAtMs);
    closeSync(file);
    const sha256 = hash('sha256', buffer.subarray(headerRoom, headerRoom + size), 'hex');
    if (want.blob && cache.blobOf(sha256) === undefined) {
      const header = `blob ${size}\0`;
      buffer.write(header, headerRoom - header.length, 'latin1');
      cache.pair(sha256, hash(format, buffer.subarray(headerRoom - header.length, headerRoom + size), 'hex'), size);
    }
    const entry: TreeEntry = { path, mode, sha256, size };
    cache.remember(stats, entry, startedAtMs);
    return entry;
  };

  /** Reads in pieces, letting the event loop turn; the file is read again where its size moved meanwhile. */
  async function digestLarge(
    file: number,
    path: string,
    mode: '100644' | '100755',
    stats: Stats,
    startedAtMs: number,
  ): Promise<TreeEntry> {
    const piece = Buffer.allocUnsafe(bufferSize); // its own: other files may be read between its pieces
    const breathe = createBreather();
    try {
      for (let attempt = 0; attempt < 3; attempt++) {
        const expected = fstatSync(file).size;
        const sha256 = createHash('sha256');
        const blob = createHash(format).update(`blob ${expected}\0`);
        let at = 0;
        for (let count = -1; count !== 0 && at <= expected; at += count) {
          count = readSync(file, piece, 0, bufferSize, at);
          sha256.update(piece.subarray(0, count));
          blob.update(piece.subarray(0, count));
          await breathe();
        }
        if (at !== expected) continue;
        const entry: TreeEntry = { path, mode, sha256: sha256.digest('hex'), size: at };
        cache.pair(entry.sha256, blob.digest('hex'), at);
        cache.remember(stats, entry, startedAtMs);
        return entry;
      }
    } finally {
      closeSync(file);
    }
    throw new Error('its size changes while it is read');
  }
}
