import { createHash, hash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { bytesToPath } from '../delta/path-bytes.js';
import { type RunGit, readGit, splitNul } from './git.js';
import type { Repository } from './repository.js';

/** What git's index says: never the truth about files, but what is in it would be committed. */
export interface GitIndex {
  readonly paths: ReadonlySet<string>;
  readonly gitlinks: ReadonlySet<string>;
  /** Paths that git was told not to look at: `h` assume-unchanged, `S` skip-worktree, `s` both. */
  readonly flags: ReadonlyMap<string, string>;
  /** SHA-256 of what is staged; null without an index. */
  readonly digest: string | null;
}

export const emptyIndex: GitIndex = { paths: new Set(), gitlinks: new Set(), flags: new Map(), digest: null };

/** Reads the index, and again only when its file changed (or when `fresh`). */
export function createIndexReader(runGit: RunGit, root: string) {
  let last: { signature: string; listed: string; index: GitIndex } | null = null;
  return async (repository: Repository, fresh: boolean): Promise<GitIndex> => {
    const stats = statSync(join(repository.gitDir, 'index'), { throwIfNoEntry: false, bigint: true });
    if (stats === undefined) return emptyIndex;
    const signature = `${stats.size} ${stats.mtimeNs} ${stats.ctimeNs} ${stats.ino}`;
    if (!fresh && last?.signature === signature) return last.index;
    const listing = await readGit(runGit, root, ['ls-files', '-v', '--stage', '-z']);
    const listed = hash('sha256', listing, 'hex');
    const index = last?.listed === listed ? last.index : parseIndex(listing);
    last = { signature, listed, index };
    return index;
  };
}

function parseIndex(listing: Buffer): GitIndex {
  const paths = new Set<string>();
  const gitlinks = new Set<string>();
  const flags = new Map<string, string>();
  const staged = createHash('sha256');
  for (const row of splitNul(listing)) {
    const tab = row.indexOf(9);
    const [tag = '', mode = ''] = row.toString('latin1', 0, tab).split(' ');
    const path = bytesToPath(row.subarray(tab + 1));
    paths.add(path);
    if (mode === '160000') gitlinks.add(path);
    if (tag === 'S' || tag !== tag.toUpperCase()) flags.set(path, tag);
    staged.update(row.subarray(2)).update('\0');
  }
  return { paths, gitlinks, flags, digest: staged.digest('hex') };
}
