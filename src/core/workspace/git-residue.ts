import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, statSync } from 'node:fs';
import { comparePaths } from '../delta/path-bytes.js';
import type { ResidueEntry } from '../delta/tree.js';
import { fsPath, readNames, systemCode } from './file-system.js';
import { type RunGit, readGit } from './git.js';
import type { GitIndex } from './git-index.js';
import { digestText, type Repository } from './repository.js';

/** Object ids by the full names of the refs. */
export type Refs = ReadonlyMap<string, string>;

/** Every ref of a repository, loose or packed; the stash is one of them. */
export async function readRefs(runGit: RunGit, cwd: string): Promise<Refs> {
  const listing = await readGit(runGit, cwd, ['for-each-ref', '--format=%(objectname) %(refname)']);
  const lines = listing
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]));
}

/**
 * What of a repository's own data decides or records something, as residue below `<prefix>.git/`: every file beside the
 * index, hooks, info, submodules' configuration, each ref (the stash is one), staged content and index flags.
 * Objects, logs and packs are left out: they only hold what refs name.
 */
export function collectGitResidue(
  repository: Repository,
  refs: Refs,
  index: GitIndex,
  prefix = '',
): readonly ResidueEntry[] {
  const entries = new Map<string, ResidueEntry>();
  const name = (inside: string) => `${prefix}.git/${inside}`;
  for (const dir of new Set([repository.commonDir, repository.gitDir])) collectFiles(dir, name, entries);
  for (const [ref, commit] of refs) put(entries, name(ref), commit);
  if (index.digest !== null) put(entries, name('index'), index.digest);
  for (const [path, flag] of index.flags) put(entries, name(`index-flags/${path}`), flag);
  return [...entries.values()].sort((a, b) => comparePaths(a.path, b.path));
}

/** Folders whose files all count; everything directly in the git folder does too. */
const watchedFolders = ['hooks', 'info', 'objects/info'];

/** Rewritten by reading alone, or named by what is listed otherwise. */
const leftOut = new Set(['index', 'index.lock', 'packed-refs', 'commit-graph', 'packs']);

function collectFiles(dir: string, name: (inside: string) => string, entries: Map<string, ResidueEntry>): void {
  collectFolder(dir, '', 0, name, entries);
  for (const folder of watchedFolders) collectFolder(dir, folder, 8, name, entries);
  for (const module of findModules(dir)) {
    collectFolder(dir, module, 0, name, entries);
    for (const folder of ['hooks', 'info']) collectFolder(dir, `${module}/${folder}`, 8, name, entries);
  }
}

function collectFolder(
  dir: string,
  folder: string,
  depth: number,
  name: (inside: string) => string,
  entries: Map<string, ResidueEntry>,
): void {
  for (const child of namesIn(`${dir}/${folder}`)) {
    if (leftOut.has(child)) continue;
    const inside = folder === '' ? child : `${folder}/${child}`;
    const stats = lstatSync(fsPath(`${dir}/${inside}`), { throwIfNoEntry: false });
    if (stats === undefined) continue;
    if (stats.isDirectory()) {
      if (depth > 0) collectFolder(dir, inside, depth - 1, name, entries);
      continue;
    }
    const path = name(inside);
    entries.set(
      path,
      describe(path, `${dir}/${inside}`, stats.isSymbolicLink(), stats.isFile(), (stats.mode & 0o100) !== 0),
    );
  }
}

/** A hook is followed when git runs it, so a link counts by what it leads to as well as by being one. */
function describe(path: string, full: string, link: boolean, file: boolean, executable: boolean): ResidueEntry {
  if (!link && !file) return { path, mode: 'special', sha256: '', size: 0, class: 'git' };
  try {
    // A link could lead to a FIFO, which would make the read wait for ever.
    if (link && !statSync(fsPath(full)).isFile()) return { path, mode: '120000', sha256: '', size: 0, class: 'git' };
    const bytes = readFileSync(fsPath(full));
    const mode = link ? '120000' : executable ? '100755' : '100644';
    return { path, mode, sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, class: 'git' };
  } catch (error) {
    if (systemCode(error) === '') throw error;
    return { path, mode: 'unreadable', sha256: '', size: 0, class: 'git' };
  }
}

/** Submodules' git folders, at any depth: those under `modules/` that hold a HEAD. */
function findModules(dir: string, folder = 'modules', depth = 6): string[] {
  if (depth === 0) return [];
  const names = namesIn(`${dir}/${folder}`);
  if (names.includes('HEAD')) return [folder, ...findModules(dir, `${folder}/modules`, depth - 1)];
  return names.flatMap((name) => findModules(dir, `${folder}/${name}`, depth - 1));
}

function namesIn(folder: string): string[] {
  try {
    return readNames(folder);
  } catch (error) {
    if (systemCode(error) === '') throw error;
    return [];
  }
}

function put(entries: Map<string, ResidueEntry>, path: string, value: string): void {
  entries.set(path, { path, mode: '100644', sha256: digestText(value), size: value.length, class: 'git' });
}
