import { CesError } from '../errors.js';

const OLDEST = [2, 38] as const;

export const INSTALL_GIT = `Install git ${OLDEST.join('.')} or newer and put it on the PATH.`;

let known: { readonly path: string; readonly check: Promise<void> } | null = null;

/** Takes PATH and what gives the words of `git version`. Refuses (`tool_missing`) a git that is too old: it takes some options of a newer one for names, and answers all the same. */
export function requireGitVersion(path: string, readVersion: () => Promise<string>): Promise<void> {
  if (known?.path !== path) known = { path, check: check(readVersion) };
  return known.check.catch((error: unknown) => {
    known = null;
    throw error;
  });
}

async function check(readVersion: () => Promise<string>): Promise<void> {
  const [, major, minor] = /^git version (\d+)\.(\d+)/.exec(await readVersion()) ?? [];
  const isNewEnough = Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1]);
  if (isNewEnough) return;
  const found = major === undefined ? 'does not say its version' : `is ${major}.${minor}`;
  throw new CesError('tool_missing', `The git on the PATH ${found}; CES needs ${OLDEST.join('.')}.`, INSTALL_GIT);
}
