import { lstatSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
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

/** The folder without links. Refuses (`not_found`) what is not there, and (`unsafe_state`) a name that is itself a link: it can be turned. */
export function realFolder(path: string): string {
  const named = resolve(path);
  const real = realOrRefuse(named);
  if (!lstatSync(named).isSymbolicLink()) return real;
  throw new CesError('unsafe_state', `${named} is a link.`, `Name the folder itself: --project-root ${real}`);
}

function realOrRefuse(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    throw new CesError('not_found', `There is no folder ${path}.`, 'Give one that exists: --project-root DIR', error);
  }
}
