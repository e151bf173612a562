import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { readdir, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CesError } from '../errors.js';
import { ensurePrivateDir, explainWrites, hasCode, openPrivate, readPrivateFile, syncDir } from '../private-files.js';

export interface GovernedRoot {
  /** Absolute path without links. */
  readonly root: string;
  /** The git folder that all worktrees of the repository share; null outside git. */
  readonly gitCommonDir: string | null;
  readonly projectId: string;
}

export interface RootRegistry {
  /** Durable when it returns; says the same again without harm. */
  register(root: string, gitCommonDir: string | null, projectId: string): Promise<void>;
  /** The entry of exactly this root, or null. Reads one file. */
  find(root: string): Promise<GovernedRoot | null>;
  /** Every root that shares this git folder: a worktree of a governed repository is governed too. */
  findByGitCommonDir(gitCommonDir: string): Promise<readonly GovernedRoot[]>;
  list(): Promise<readonly GovernedRoot[]>;
  /** True where there was an entry. */
  remove(root: string): Promise<boolean>;
}

/**
 * The governed roots of this user in `<stateDir>/roots/`, one file a root, so that two processes never write the same one.
 * A file that is broken, a link, or somebody else's is an error (`state_corrupt`, `unsafe_state`), never "not governed".
 */
export function createRootRegistry(where: { readonly stateDir: string }): RootRegistry {
  const folder = join(where.stateDir, 'roots');
  const list = async (): Promise<GovernedRoot[]> => {
    const names = await readNames(folder);
    const entries = await Promise.all(names.map((name) => readEntry(join(folder, name))));
    return entries.filter((entry) => entry !== null);
  };
  return {
    list,
    findByGitCommonDir: async (gitCommonDir) => {
      const wanted = await resolvePath(gitCommonDir);
      return (await list()).filter((entry) => entry.gitCommonDir === wanted);
    },
    find: async (root) => readEntry(pathOf(folder, await resolvePath(root))),
    register: async (root, gitCommonDir, projectId) => {
      const resolved = await resolvePath(root);
      const shared = gitCommonDir === null ? null : await resolvePath(gitCommonDir);
      await ensurePrivateDir(where.stateDir, 'roots');
      await writeEntry(pathOf(folder, resolved), { root: resolved, gitCommonDir: shared, projectId });
    },
    remove: async (root) => {
      const path = pathOf(folder, await resolvePath(root));
      const existed = (await readPrivateFile(path)) !== null;
      await explainWrites(path, () => rm(path, { force: true }));
      return existed;
    },
  };
}

function pathOf(folder: string, root: string): string {
  return join(folder, `${createHash('sha256').update(root).digest('hex')}.json`);
}

// A root that is gone keeps the name it was given: its entry must still be found and removed.
async function resolvePath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return path;
  }
}

async function readNames(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => /^[0-9a-f]{64}\.json$/.test(name));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw new CesError('unsafe_state', `${folder} can't be read.`, `Check the rights of ${folder}.`, error);
  }
}

async function readEntry(path: string): Promise<GovernedRoot | null> {
  const bytes = await readPrivateFile(path);
  if (bytes === null) return null;
  const entry = parseEntry(bytes.toString('utf8'));
  if (entry !== null) return entry;
  throw new CesError(
    'state_corrupt',
    `${path} is not an entry of the registry of governed roots.`,
    'Move it away, and run `ces init` in the project that it named.',
  );
}

// By hand: the hook reads this on every call and carries no schema library.
function parseEntry(text: string): GovernedRoot | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    if (!('version' in value && 'root' in value && 'gitCommonDir' in value && 'projectId' in value)) return null;
    const { version, root, gitCommonDir, projectId } = value;
    if (version !== 1 || typeof root !== 'string' || typeof projectId !== 'string') return null;
    if (gitCommonDir !== null && typeof gitCommonDir !== 'string') return null;
    return { root, gitCommonDir, projectId };
  } catch {
    return null;
  }
}

async function writeEntry(path: string, entry: GovernedRoot): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const handle = await openPrivate(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
  if (handle === null) throw new CesError('state_unwritable', `${temporary} can't be made.`, 'Try again.');
  try {
    await explainWrites(temporary, async () => {
      await handle.writeFile(`${JSON.stringify({ version: 1, ...entry })}\n`);
      await handle.sync();
    });
  } finally {
    await handle.close();
  }
  await explainWrites(path, () => rename(temporary, path));
  await syncDir(dirname(path));
}
