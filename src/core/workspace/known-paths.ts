import type { Base, TreeEntry } from '../delta/tree.js';
import type { GitIndex } from './git-index.js';

/** Paths that are part of the candidate tree whatever the ignore rules say: the base's and the index's. */
export interface KnownPaths {
  readonly base: ReadonlyMap<string, TreeEntry>;
  has(path: string): boolean;
  /** Whether any of them lies below this folder. */
  hasBelow(folder: string): boolean;
  /** Whether git expects a nested repository here. */
  gitlink(path: string): boolean;
}

/** Kept for the base and the index that were asked for last, since both are mostly the same from scan to scan. */
export function createKnownPaths(): (base: Base, index: GitIndex) => KnownPaths {
  let last: { base: Base; index: GitIndex; known: KnownPaths } | null = null;
  return (base, index) => {
    if (last !== null && last.base === base && last.index === index) return last.known;
    const known = collectKnownPaths(base, index);
    last = { base, index, known };
    return known;
  };
}

const byPath = new WeakMap<Base, ReadonlyMap<string, TreeEntry>>();

/** A base's entries by path, collected once for each base. */
export function entriesByPath(base: Base): ReadonlyMap<string, TreeEntry> {
  const entries = byPath.get(base) ?? new Map(base.tree.entries.map((entry) => [entry.path, entry]));
  byPath.set(base, entries);
  return entries;
}

function collectKnownPaths(base: Base, index: GitIndex): KnownPaths {
  const entries = entriesByPath(base);
  const folders = new Set<string>();
  const onlyStaged = new Set<string>();
  for (const path of entries.keys()) addFolders(folders, path);
  for (const path of index.paths) {
    if (entries.has(path)) continue;
    onlyStaged.add(path);
    addFolders(folders, path);
  }
  return {
    base: entries,
    has: (path) => entries.has(path) || onlyStaged.has(path),
    hasBelow: (folder) => folders.has(folder),
    gitlink: (path) => index.gitlinks.has(path) || entries.get(path)?.mode === '160000',
  };
}

function addFolders(folders: Set<string>, path: string): void {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const folder = path.slice(0, end);
    if (folders.has(folder)) return;
    folders.add(folder);
  }
}
