import { createHash } from 'node:crypto';
import { comparePaths, pathToBytes } from './path-bytes.js';
import type { CandidateTree, Tree, TreeEntry } from './tree.js';

/** A copy of the entries in the order of their paths' bytes; the same array where they are in order already. */
export function sortEntries<E extends { readonly path: string }>(entries: readonly E[]): readonly E[] {
  for (let i = 1; i < entries.length; i++) {
    if (comparePaths(entries[i - 1]?.path ?? '', entries[i]?.path ?? '') > 0) {
      return [...entries].sort((a, b) => comparePaths(a.path, b.path));
    }
  }
  return entries;
}

/**
 * `sha256:<hex>` over one record per entry, in the order of the paths' bytes: `<mode> <sha256> <path>\0`.
 * `<mode>` is git's (100644, 100755, 120000, 160000), `<sha256>` the lower-case hex SHA-256 of the file's bytes (of a
 * link's target, of a nested repository's commit id). To recompute it in a clone: list with `git ls-tree -r -z COMMIT`,
 * put the SHA-256 of `git cat-file blob ID` in the place of each id, and hash the records.
 */
export function listingDigest(entries: readonly Pick<TreeEntry, 'path' | 'mode' | 'sha256'>[]): string {
  const hash = createHash('sha256');
  let pending = '';
  for (const { mode, sha256, path } of sortEntries(entries)) {
    if (path.isWellFormed()) {
      pending += `${mode} ${sha256} ${path}\0`;
      if (pending.length < 65_536) continue;
      hash.update(pending, 'utf8');
      pending = '';
    } else {
      hash.update(`${pending}${mode} ${sha256} `, 'utf8').update(pathToBytes(path)).update('\0');
      pending = '';
    }
  }
  return `sha256:${hash.update(pending, 'utf8').digest('hex')}`;
}

/** Sorts entries and puts their digest beside them. */
export function createTree(entries: readonly TreeEntry[]): Tree {
  const sorted = sortEntries(entries);
  return { digest: listingDigest(sorted), entries: sorted };
}

/** A candidate tree from its entries and the id that git gives them (see `gitTreeId`). */
export function createCandidateTree(entries: readonly TreeEntry[], gitTree: string): CandidateTree {
  return { ...createTree(entries), gitTree };
}
