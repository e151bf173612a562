import { bytesToPath } from '../delta/path-bytes.js';
import type { CandidateTree } from '../delta/tree.js';
import { type RunGit, readGit, splitNul } from './git.js';

interface Blob {
  readonly mode: string;
  readonly blob: string;
}

/**
 * Paths for which git's index holds what is neither in the base nor lies in the candidate tree, or drops what both have: the
 * next `git commit` would hold something that nobody measured. `blobOf` gives the object id of contents that were read.
 */
export async function findStagedStrays(
  { runGit, root }: { runGit: RunGit; root: string },
  base: ReadonlyMap<string, Blob>,
  candidate: CandidateTree,
  blobOf: (sha256: string) => string | undefined,
): Promise<readonly string[]> {
  const files = new Map(candidate.entries.map((entry) => [entry.path, entry]));
  const staged = new Set<string>();
  const strays: string[] = [];
  for (const row of splitNul(await readGit(runGit, root, ['ls-files', '--stage', '-z']))) {
    const tab = row.indexOf(9);
    const [mode = '', blob = ''] = row.toString('latin1', 0, tab).split(' ');
    const path = bytesToPath(row.subarray(tab + 1));
    staged.add(path);
    const known = base.get(path);
    if (known?.blob === blob && known.mode === mode) continue;
    const file = files.get(path);
    // What a nested repository's entry names is its commit; the candidate tree has it by another digest.
    if (file?.mode === '160000' && mode === '160000') continue;
    if (file === undefined || file.mode !== mode || blobOf(file.sha256) !== blob) strays.push(path);
  }
  for (const path of base.keys()) if (files.has(path) && !staged.has(path)) strays.push(path);
  return strays;
}
