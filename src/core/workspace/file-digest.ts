import { createHash, hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { gitBlobId, type ObjectFormat } from '../delta/git-tree.js';
import type { TreeEntry } from '../delta/tree.js';
import type { FileCache } from './file-cache.js';
import { createBreather, fsPath } from './file-system.js';

/** Hashes one file or link; `stats` is null for what is a regular file. Throws the system's error where it can't be read. */
export type DigestFile = (path: string, stats: Stats | null, want: { blob: boolean }) => TreeEntry | Promise<TreeEntry>;

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

  return (path, looked, want) => {
    const startedAtMs = Date.now();
    const full = fsPath(`${root}/${path}`);
    if (looked?.isSymbolicLink()) {
      const target = readlinkSync(full, { encoding: 'buffer' });
      const sha256 = hash('sha256', target, 'hex');
      if (want.blob && !cache.isPaired(path, sha256)) pairUp(sha256, target);
      return cache.remember(looked, { path, mode: '120000', sha256, size: target.length }, startedAtMs);
    }
    const file = openSync(full, openFlags);
    let size = 0;
    let stats: Stats;
    try {
      stats = looked ?? fstatSync(file);
      if (!stats.isFile()) throw new Error('it is no regular file any more');
      for (let count = -1; count !== 0 && size < bufferSize; size += count) {
        // A read that ends where the file ended at its stat need not be followed by one that finds nothing.
        if (size > 0 && size === stats.size) break;
        count = readSync(file, buffer, headerRoom + size, bufferSize - size, null);
      }
    } catch (error) {
      closeSync(file);
      throw error;
    }
    const mode = (stats.mode & 0o100) === 0 ? '100644' : '100755';
    if (size === bufferSize) return digestLarge(file, path, mode, stats, startedAtMs);
    closeSync(file);
    const sha256 = hash('sha256', buffer.subarray(headerRoom, headerRoom + size), 'hex');
    if (want.blob && !cache.isPaired(path, sha256)) {
      const header = `blob ${size}\0`;
      buffer.write(header, headerRoom - header.length, 'latin1');
      cache.pair(sha256, hash(format, buffer.subarray(headerRoom - header.length, headerRoom + size), 'hex'), size);
    }
    return cache.remember(stats, { path, mode, sha256, size }, startedAtMs);
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
        return cache.remember(stats, entry, startedAtMs);
      }
    } finally {
      closeSync(file);
    }
    throw new Error('its size changes while it is read');
  }
}
