import type { Stats } from 'node:fs';
import type { EntryMode, TreeEntry } from '../delta/tree.js';

/** What was seen of a file when it was hashed. The numbers are cache keys, never part of a digest. */
export interface KnownFile {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  readonly mode: number;
  readonly entry: TreeEntry;
  /** False where the times are too young to tell one write from the next. */
  readonly settled: boolean;
  /** Its blob id was known when it was remembered. */
  readonly paired: boolean;
}

/** Digests by path and stat, and the pairs of SHA-256 and git's blob id. It lives in memory and can be written out. */
export interface FileCache {
  /** What is known of a file that stat shows to be as it was. */
  find(path: string, stats: Stats): KnownFile | undefined;
  /** Gives back the entry that was remembered before, where it says the same. */
  remember(stats: Stats, entry: TreeEntry, startedAtMs: number): TreeEntry;
  readonly count: number;
  /** Forgets every path that is not among these. */
  retain(paths: ReadonlySet<string>): void;
  blobOf(sha256: string): string | undefined;
  /** Whether the blob id is known; quick where the file's bytes are those of the last time. */
  isPaired(path: string, sha256: string): boolean;
  sha256Of(blob: string): { readonly sha256: string; readonly size: number } | undefined;
  pair(sha256: string, blob: string, size: number): void;
  exportRows(): unknown;
  importRows(rows: unknown): void;
}

/** A file changed this shortly before it was read could change again within one tick of the clock: not trusted. */
const racyMs = 50;

export function createFileCache(): FileCache {
  const files = new Map<string, KnownFile>();
  const blobs = new Map<string, string>();
  const digests = new Map<string, { sha256: string; size: number }>();
  const pair = (sha256: string, blob: string, size: number) => {
    blobs.set(sha256, blob);
    digests.set(blob, { sha256, size });
  };
  return {
    find(path, stats) {
      const known = files.get(path);
      return known?.settled && hasStats(known, stats) ? known : undefined;
    },
    remember(stats, entry, startedAtMs) {
      const { size, mtimeMs, ctimeMs, ino, mode } = stats;
      const old = files.get(entry.path);
      const same = old !== undefined && old.entry.sha256 === entry.sha256 && old.entry.mode === entry.mode;
      const settled = startedAtMs - ctimeMs >= racyMs;
      if (same && old.settled === settled && hasStats(old, stats)) return old.entry;
      const remembered = same ? old.entry : entry;
      const paired = blobs.has(entry.sha256);
      files.set(entry.path, { size, mtimeMs, ctimeMs, ino, mode, entry: remembered, settled, paired });
      return remembered;
    },
    get count() {
      return files.size;
    },
    retain(paths) {
      for (const path of files.keys()) if (!paths.has(path)) files.delete(path);
    },
    blobOf: (sha256) => blobs.get(sha256),
    isPaired(path, sha256) {
      const known = files.get(path);
      return (known?.paired && known.entry.sha256 === sha256) || blobs.has(sha256);
    },
    sha256Of: (blob) => digests.get(blob),
    pair,
    exportRows: () => ({
      files: [...files.values()]
        .filter((known) => known.settled)
        .map(({ size, mtimeMs, ctimeMs, ino, mode, entry }) => [
          ...[entry.path, entry.mode, entry.sha256, entry.size],
          ...[size, mtimeMs, ctimeMs, ino, mode],
        ]),
      blobs: [...digests].map(([blob, { sha256, size }]) => [sha256, blob, size]),
    }),
    importRows(rows) {
      for (const row of listOf(rows, 'files')) {
        const [path, entryMode, sha256, entrySize, size, mtimeMs, ctimeMs, ino, mode] = row;
        if (typeof path !== 'string' || typeof sha256 !== 'string' || !isFileMode(entryMode)) continue;
        if (!isNumber(entrySize) || !isNumber(size) || !isNumber(mtimeMs) || !isNumber(ctimeMs)) continue;
        if (!isNumber(ino) || !isNumber(mode)) continue;
        const entry = { path, mode: entryMode, sha256, size: entrySize };
        files.set(path, { size, mtimeMs, ctimeMs, ino, mode, entry, settled: true, paired: false });
      }
      for (const [sha256, blob, size] of listOf(rows, 'blobs')) {
        if (typeof sha256 === 'string' && typeof blob === 'string' && isNumber(size)) pair(sha256, blob, size);
      }
    },
  };
}

function hasStats(known: KnownFile, stats: Stats): boolean {
  const timesHold = known.ctimeMs === stats.ctimeMs && known.mtimeMs === stats.mtimeMs;
  return timesHold && known.size === stats.size && known.ino === stats.ino && known.mode === stats.mode;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isFileMode(value: unknown): value is EntryMode {
  return value === '100644' || value === '100755' || value === '120000';
}

function listOf(rows: unknown, name: string): unknown[][] {
  const list: unknown = typeof rows === 'object' && rows !== null ? Reflect.get(rows, name) : undefined;
  return Array.isArray(list) ? list.filter((row) => Array.isArray(row)) : [];
}
