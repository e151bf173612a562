import { join } from 'node:path';
import type { ResidueEntry } from '../delta/tree.js';
import type { RunGit } from './git.js';
import { emptyIndex } from './git-index.js';
import { collectGitResidue, readRefs } from './git-residue.js';
import { findRepository, readHead } from './repository.js';

/** What git sees in a folder with a `.git` of its own. */
export interface NestedRepository {
  /** Its HEAD's commit, or null where it has none. */
  readonly commit: string | null;
  /** Its git data, where they lie in this folder; a submodule's lie in the outer repository's. */
  readonly residue: readonly ResidueEntry[];
}

/** Null where git takes it for an ordinary folder: a `.git` that is no repository. */
export async function readNestedRepository(
  runGit: RunGit,
  root: string,
  path: string,
): Promise<NestedRepository | null> {
  if (!path.isWellFormed()) return { commit: null, residue: [] }; // no process can be started in such a folder
  const cwd = join(root, path);
  try {
    const repository = await findRepository(runGit, cwd);
    if (repository === null) return null;
    const own = repository.commonDir.startsWith(`${cwd}/`);
    const refs = own ? await readRefs(runGit, cwd) : new Map<string, string>();
    const residue = own ? collectGitResidue(repository, refs, emptyIndex, `${path}/`) : [];
    return { commit: await readHead(runGit, cwd), residue };
  } catch {
    return null; // git does not accept it as a repository, so its files count as the outer one's
  }
}
