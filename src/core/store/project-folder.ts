import { lstat, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { CesError } from '../errors.js';
import type { ProjectFolder } from '../ports.js';
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
    async create({ projectId, policy, signers }) {
      await refuseExisting(folder, database);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const created: string[] = [];
      for (const [name, text, mode] of [
        ['.gitignore', GITIGNORE, 0o644],
        ['policy.yaml', policy, 0o644],
        ['allowed_signers', signers, 0o644],
      ] as const) {
        const path = join(folder, name);
        // A clone brings the team's own files along; they stay.
        if ((await statOf(path)) !== null) continue;
        await writeFileAtomic(path, text, { mode });
        created.push(`.ces/${name}`);
      }
      await mkdir(join(folder, 'exports'), { mode: 0o700, recursive: true });
      const store = openStore(database, 'write');
      return { store, created: [...created, '.ces/state.db'], projectId };
    },
    read: async (name) => ((await statOf(join(folder, name)))?.isFile() ? readFile(join(folder, name), 'utf8') : null),
    async write(name, text) {
      const stat = await statOf(join(folder, name));
      if (stat !== null && !stat.isFile()) throw unsafe(join(folder, name));
      await writeFileAtomic(join(folder, name), text, { mode: 0o644 });
    },
    async remove() {
      const stat = await statOf(folder);
      if (stat !== null && !stat.isDirectory()) throw unsafe(folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function refuseExisting(folder: string, database: string): Promise<void> {
  const stat = await statOf(folder);
  if (stat !== null && !stat.isDirectory()) throw unsafe(folder);
  if (stat !== null)
    for (const name of ['.gitignore', 'policy.yaml', 'allowed_signers']) await refuseLink(join(folder, name));
  if ((await statOf(database)) !== null)
    throw new CesError(
      'already_initialized',
      `${database} exists: this project is governed already.`,
      'Run: ces status',
    );
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
