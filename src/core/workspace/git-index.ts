import { createHash, hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
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

/** Reads the index, and again only when its file changed: by its stat, or (`fresh`) by its bytes. */
export function createIndexReader(runGit: RunGit, root: string) {
  let last: { signature: string; bytes: string; index: GitIndex } | null = null;
  return async (repository: Repository, fresh: boolean): Promise<GitIndex> => {
    const file = join(repository.gitDir, 'index');
    const stats = statSync(file, { throwIfNoEntry: false, bigint: true });
    if (stats === undefined) return emptyIndex;
    const signature = `${stats.size} ${stats.mtimeNs} ${stats.ctimeNs} ${stats.ino}`;
    if (!fresh && last?.signature === signature) return last.index;
    // Hashed before git is asked: what changes in between is seen the next time.
    const bytes = hash('sha256', readFileSync(file), 'hex');
    if (last?.bytes === bytes) return last.index;
    const index = parseIndex(await readGit(runGit, root, ['ls-files', '-v', '--stage', '-z']));
    last = { signature, bytes, index };
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
