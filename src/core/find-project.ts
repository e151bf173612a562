import { existsSync, lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CesError } from './errors.js';
import { DATABASE, type Folders, realFolder, STATE_FOLDER } from './folders.js';

/**
 * The root of the governed project that `from` lies in: the nearest folder with its own `.ces/state.db`. Refuses
 * `root_lost_state` where a governed root on the way, or its worktree, has none; `unsafe_state` for a `.ces` that is a link;
 * `not_a_project` where nothing is governed.
 */
export async function findProject(from: string, folders: Folders): Promise<string> {
  const start = realFolder(from);
  const { createRootRegistry } = await import('./witness/registry.js');
  const registry = createRootRegistry(folders);
  for (let folder = start; ; folder = dirname(folder)) {
    const state = lstatSync(join(folder, STATE_FOLDER), { throwIfNoEntry: false });
    if (state?.isSymbolicLink())
      throw new CesError(
        'unsafe_state',
        `${join(folder, STATE_FOLDER)} is a link.`,
        'Look at what put it there; remove it, then try again.',
      );
    if (state?.isDirectory() && existsSync(join(folder, DATABASE))) return folder;
    if ((await registry.find(folder)) !== null)
      throw new CesError(
        'root_lost_state',
        `${folder} is governed by CES, but its .ces/state.db is gone: nothing may go on here.`,
        `Put .ces/ back from a copy; or end it for good, as the operator: ces uninstall --all --project-root ${folder}`,
      );
    if (folder === dirname(folder)) break;
  }
  await refuseWorktree(start, folders);
  throw new CesError('not_a_project', `${start} is not inside a project that CES governs.`, 'Run: ces init');
}

/** Refuses (`unsafe_state`) a state of another project than the one that was registered for this root: it was swapped. */
export async function refuseSwappedState(root: string, projectId: string, folders: Folders): Promise<void> {
  const { createRootRegistry } = await import('./witness/registry.js');
  const entry = await createRootRegistry(folders).find(root);
  if (entry === null || entry.projectId === projectId) return;
  throw new CesError(
    'unsafe_state',
    `${join(root, DATABASE)} is of ${projectId}, but ${root} is governed as ${entry.projectId}: somebody put another in its place.`,
    'Put the right .ces/ back from a copy, and keep this one to look into it.',
  );
}

// A worktree shares its repository with a governed root, and so may not be a way around it.
async function refuseWorktree(start: string, folders: Folders): Promise<void> {
  const top = findGitTop(start);
  const commonDir = top === null ? null : await findGitCommonDir(top);
  if (top === null || commonDir === null) return;
  const { createRootRegistry } = await import('./witness/registry.js');
  const [governed] = await createRootRegistry(folders).findByGitCommonDir(commonDir);
  if (governed !== undefined)
    throw new CesError(
      'root_lost_state',
      `${top} is a worktree of the repository of ${governed.root}, which CES governs, and has no .ces/state.db of its own.`,
      `Run, as the operator: ces init --project-root ${top}`,
    );
}

/** The nearest folder at or above `from` that holds a `.git`, or null. */
export function findGitTop(from: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    if (lstatSync(join(folder, '.git'), { throwIfNoEntry: false }) !== undefined) return folder;
    if (folder === dirname(folder)) return null;
  }
}

/** The git folder that all worktrees of the repository with this top level share; null where there is no `.git`. */
export async function findGitCommonDir(top: string): Promise<string | null> {
  const [{ createRunGit }, { findRepository }] = await Promise.all([
    import('./workspace/git.js'),
    import('./workspace/repository.js'),
  ]);
  return (await findRepository(createRunGit(), top))?.commonDir ?? null;
}
