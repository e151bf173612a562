import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { comparePaths } from '../delta/path-bytes.js';
import type { KnownFile } from './file-cache.js';
import { createBreather, fsPath, readNames, systemCode } from './file-system.js';

/**
 * A file, link or special file. `stats` is null where the system did not let it be looked at, and 'on open' for a
 * regular file that will be opened anyway, which is the cheaper moment to ask.
 */
export interface FoundFile {
  readonly kind: 'file';
  readonly path: string;
  readonly stats: Stats | null | 'on open';
}

/** A file that the caller recognized by its stat, which is not kept: there may be a hundred thousand of them. */
export interface RecognizedFile {
  readonly kind: 'file';
  readonly path: string;
  readonly stats: 'recognized';
  readonly known: KnownFile;
}

export interface FoundFolder {
  readonly kind: 'folder';
  /** '' for the root. */
  readonly path: string;
  readonly children: readonly Found[];
  /** It holds a `.git` of its own: a nested repository, submodule, or something that wants to look like one. */
  readonly holdsGit: boolean;
}

export type Found = FoundFile | RecognizedFile | FoundFolder;

export interface WalkOptions {
  /** Where to begin, below the root; the root itself by default. */
  readonly from?: string;
  /** Walk into `.git` too, which is otherwise left out but noted. */
  readonly takeGit?: boolean;
  /** Leave the stat of regular files to whoever opens them. */
  readonly statOnOpen?: boolean;
  /** Recognizes a file by its stat. */
  readonly recognize?: (path: string, stats: Stats) => KnownFile | undefined;
}

/** Everything under a folder, links not followed, in the order of the paths' bytes. */
export async function walk(root: string, options: WalkOptions = {}): Promise<FoundFolder> {
  const { from = '', takeGit = false, statOnOpen = false, recognize } = options;
  const breathe = createBreather();

  async function visit(path: string, full: string): Promise<FoundFolder> {
    const children: { key: string; found: Found }[] = [];
    let holdsGit = false;
    for (const { name, stats } of listFolder(full, statOnOpen)) {
      const childPath = path === '' ? name : `${path}/${name}`;
      if (name === '.git' && !takeGit) holdsGit = true;
      else if (stats !== null && stats !== 'on open' && stats.isDirectory()) {
        // git orders a folder as if its name ended in '/', which is the order of full paths.
        children.push({ key: `${name}/`, found: await visitOrReport(childPath, `${full}/${name}`) });
      } else children.push({ key: name, found: findFile(childPath, stats) });
    }
    const pause = breathe();
    if (pause !== undefined) await pause;
    children.sort((a, b) => comparePaths(a.key, b.key));
    return { kind: 'folder', path, children: children.map((child) => child.found), holdsGit };
  }

  function findFile(path: string, stats: Stats | null | 'on open'): FoundFile | RecognizedFile {
    const known = stats === null || stats === 'on open' ? undefined : recognize?.(path, stats);
    if (known === undefined) return { kind: 'file', path, stats };
    return { kind: 'file', path: known.entry.path, stats: 'recognized', known };
  }

  async function visitOrReport(path: string, full: string): Promise<Found> {
    try {
      return await visit(path, full);
    } catch (error) {
      if (systemCode(error) === '') throw error;
      return { kind: 'file', path, stats: null };
    }
  }

  return visit(from, from === '' ? root : `${root}/${from}`);
}

interface Child {
  readonly name: string;
  readonly stats: Stats | null | 'on open';
}

function listFolder(full: string, statOnOpen: boolean): Child[] {
  const listed: Child[] = [];
  if (statOnOpen) {
    const children = readdirSync(fsPath(full), { withFileTypes: true });
    if (!children.some((child) => child.name.includes('\ufffd'))) {
      for (const child of children) add(child.name, child.isFile());
      return listed;
    }
  }
  for (const name of readNames(full)) add(name, false);
  return listed;

  function add(name: string, isFile: boolean): void {
    const stats = isFile ? 'on open' : lookAt(`${full}/${name}`);
    if (stats !== 'gone') listed.push({ name, stats });
  }
}

/** The file's own stat (`full` with the root), null where it can't be had, 'gone' where it went away since its name was read. */
export function lookAt(full: string): Stats | null | 'gone' {
  try {
    return lstatSync(fsPath(full), { throwIfNoEntry: false }) ?? 'gone';
  } catch (error) {
    if (systemCode(error) === '') throw error;
    return null;
  }
}
