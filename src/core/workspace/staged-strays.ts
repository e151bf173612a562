import { bytesToPath } from '../delta/path-bytes.js';
import type { CandidateTree } from '../delta/tree.js';
import { type RunGit, readGit, splitNul } from './git.js';

/** Both are listed as what they are: a submodule may ask to be ignored, and what is only intended to be added is in no commit. */
const DIFFER_FROM = [
  ...['diff-index', '--cached', '--raw', '-z', '--no-abbrev', '--no-renames'],
  ...['--ignore-submodules=none', '--ita-invisible-in-index'],
];

/**
 * Paths for which git's index holds what is neither in the base nor lies in the candidate tree, or drops what both have: the
 * next `git commit` would hold something that nobody measured. `base` is a commit or tree; `blobOf` gives the object id of
 * contents that were read.
 */
export async function findStagedStrays(
  { runGit, root }: { runGit: RunGit; root: string },
  base: string,
  candidate: CandidateTree,
  blobOf: (sha256: string) => string | undefined,
): Promise<readonly string[]> {
  const files = new Map(candidate.entries.map((entry) => [entry.path, entry]));
  const strays = new Set<string>();
  const pieces = splitNul(await readGit(runGit, root, [...DIFFER_FROM, base, '--']));
  for (let at = 0; at + 1 < pieces.length; at += 2) {
    const [, mode, , blob, status] = pieces[at]?.toString('latin1').split(' ') ?? [];
    const path = bytesToPath(pieces[at + 1] ?? Buffer.alloc(0));
    const file = files.get(path);
    const fits =
      status === 'D' ? file === undefined : file !== undefined && file.mode === mode && blobOf(file.sha256) === blob;
    if (!fits) strays.add(path);
  }
  return [...strays];
}
