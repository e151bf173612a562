import { randomBytes } from 'node:crypto';
import { link, lstat, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { CesError } from '../errors.js';
import type { ProjectFolder } from '../ports.js';
import { explainWrites } from '../private-files.js';
import { openStore } from './store.js';

const GITIGNORE = `# CES keeps its local state here. What a team shares is let through by name.
*
!.gitignore
!policy.yaml
!allowed_signers
!verification-profile.json
!completion-contract.json
`;

/** `.ces/` of one root: made by `init`, removed by `uninstall --all`. Nothing is ever written through a link (`unsafe_state`). */
export function createProjectFolder(root: string): ProjectFolder {
  const folder = join(root, '.ces');
  const database = join(folder, 'state.db');
  return {
    async create({ policy, signers }) {
      await refuseOthers(folder);
      await explainWrites(folder, () => mkdir(folder, { recursive: true, mode: 0o700 }));
      const created: string[] = [];
      for (const [name, text, mode] of [
        ['.gitignore', GITIGNORE, 0o644],
        ['policy.yaml', policy, 0o644],
        ['allowed_signers', signers, 0o644],
      ] as const) {
        const path = join(folder, name);
        // A clone brings the team's own files along; they stay. So does what another `init` just made.
        if (await explainWrites(path, () => writeNew(path, text, mode))) created.push(`.ces/${name}`);
      }
      await explainWrites(folder, () => mkdir(join(folder, 'exports'), { mode: 0o700, recursive: true }));
      if ((await statOf(database)) === null) created.push('.ces/state.db');
      return { store: openStore(database, 'write'), created };
    },
    read: async (name) => ((await statOf(join(folder, name)))?.isFile() ? readFile(join(folder, name), 'utf8') : null),
    async write(name, text) {
      const stat = await statOf(join(folder, name));
      if (stat !== null && !stat.isFile()) throw unsafe(join(folder, name));
      await explainWrites(join(folder, name), () => writeFileAtomic(join(folder, name), text, { mode: 0o644 }));
    },
    async remove() {
      const stat = await statOf(folder);
      if (stat !== null && !stat.isDirectory()) throw unsafe(folder);
      await explainWrites(folder, () => rm(folder, { recursive: true, force: true }));
    },
  };
}

async function refuseOthers(folder: string): Promise<void> {
  const stat = await statOf(folder);
  if (stat !== null && !stat.isDirectory()) throw unsafe(folder);
  if (stat !== null)
    for (const name of ['.gitignore', 'policy.yaml', 'allowed_signers']) await refuseLink(join(folder, name));
}

/** Writes a whole file where there is none; false where there is one, made by whoever came first. */
async function writeNew(path: string, text: string, mode: number): Promise<boolean> {
  if ((await statOf(path)) !== null) return false;
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFileAtomic(temporary, text, { mode });
    await link(temporary, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function refuseLink(path: string): Promise<void> {
  const stat = await statOf(path);
  if (stat !== null && !stat.isFile()) throw unsafe(path);
}

async function statOf(path: string) {
  return lstat(path).catch(() => null);
}

function unsafe(path: string): CesError {
  return new CesError(
    'unsafe_state',
    `${path} is not what CES makes there (a link, or of another kind).`,
    'Look at what put it there; remove it, then try again.',
  );
}
