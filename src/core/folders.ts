import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { CesError } from './errors.js';

/** Where CES keeps what does not belong into a workspace. */
export interface Folders {
  /** The operator's key, pinned signers and pins. */
  readonly configDir: string;
  /** Registry of governed roots, content stores, witnesses. */
  readonly stateDir: string;
}

/** From `XDG_CONFIG_HOME` and `XDG_STATE_HOME`, else below the home folder; relative values are ignored, as XDG says. */
export function findFolders(env: Readonly<Record<string, string | undefined>>): Folders {
  const absolute = (value: string | undefined) => (value !== undefined && isAbsolute(value) ? value : undefined);
  const home = absolute(env.HOME) ?? homedir();
  return {
    configDir: join(absolute(env.XDG_CONFIG_HOME) ?? join(home, '.config'), 'ces'),
    stateDir: join(absolute(env.XDG_STATE_HOME) ?? join(home, '.local', 'state'), 'ces'),
  };
}

export const STATE_FOLDER = '.ces';
export const DATABASE = join(STATE_FOLDER, 'state.db');

/**
 * The root of the project that `from` lies in: the nearest folder with its own `.ces/state.db`. Refuses (`not_a_project`)
 * where there is none, and (`unsafe_state`) a `.ces` that is a link.
 */
export function findRoot(from: string): string {
  const start = realOrRefuse(resolve(from));
  for (let folder = start; ; folder = dirname(folder)) {
    const state = lstatSync(join(folder, STATE_FOLDER), { throwIfNoEntry: false });
    if (state?.isSymbolicLink())
      throw new CesError(
        'unsafe_state',
        `${join(folder, STATE_FOLDER)} is a link.`,
        'Look at what put it there; remove it, then try again.',
      );
    if (state?.isDirectory() && existsSync(join(folder, DATABASE))) return folder;
    if (folder === dirname(folder))
      throw new CesError('not_a_project', `${start} is not inside a project that CES governs.`, 'Run: ces init');
  }
}

function realOrRefuse(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    throw new CesError('not_found', `There is no folder ${path}.`, 'Give one that exists: --project-root DIR', error);
  }
}
