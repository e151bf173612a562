import { lstatSync, type Stats } from 'node:fs';
import { comparePaths } from '../delta/path-bytes.js';
import { createBreather, fsPath, readNames, systemCode } from './file-system.js';

/** A file, link or special file; `stats` is null where the system did not let it be looked at. */
export interface FoundFile {
  readonly kind: 'file';
  readonly path: string;
  readonly stats: Stats | null;
}

export interface FoundFolder {
  readonly kind: 'folder';
  /** '' for the root. */
  readonly path: string;
  readonly children: readonly Found[];
  /** It holds a `.git` of its own: a nested repository, submodule, or something that wants to look like one. */
  readonly holdsGit: boolean;
}

export type Found = FoundFile | FoundFolder;

/** Everything under a folder, links not followed, in the order of the paths' bytes. `.git` is left out, but noted. */
export async function walk(root: string, from = '', takeGit = false): Promise<FoundFolder> {
  const breathe = createBreather();

  async function visit(path: string, full: string): Promise<FoundFolder> {
    const children: { key: string; found: Found }[] = [];
    const folders: { at: number; path: string; full: string }[] = [];
    let holdsGit = false;
    for (const name of readNames(full)) {
      const childPath = path === '' ? name : `${path}/${name}`;
      if (name === '.git' && !takeGit) {
        holdsGit = true;
        continue;
      }
      const childFull = `${full}/${name}`;
      const stats = lookAt(childFull);
      if (stats === 'gone') continue;
      if (stats?.isDirectory()) folders.push({ at: children.length, path: childPath, full: childFull });
      // git orders a folder as if its name ended in '/', which is the order of full paths.
      const key = stats?.isDirectory() ? `${name}/` : name;
      children.push({ key, found: { kind: 'file', path: childPath, stats } });
    }
    await breathe();
    for (const folder of folders) {
      const child = children[folder.at];
      if (child !== undefined) child.found = await visitOrReport(folder.path, folder.full, child.found);
    }
    children.sort((a, b) => comparePaths(a.key, b.key));
    return { kind: 'folder', path, children: children.map((child) => child.found), holdsGit };
  }

  async function visitOrReport(path: string, full: string, fallback: Found): Promise<Found> {
    try {
      return await visit(path, full);
    } catch (error) {
      if (systemCode(error) === '') throw error;
      return { ...fallback, kind: 'file', path, stats: null };
    }
  }

  return visit(from, from === '' ? root : `${root}/${from}`);
}

/** The file's own stat, null where it can't be had, 'gone' where it went away since its name was read. */
function lookAt(full: string): Stats | null | 'gone' {
  try {
    return lstatSync(fsPath(full), { throwIfNoEntry: false }) ?? 'gone';
  } catch (error) {
    if (systemCode(error) === '') throw error;
    return null;
  }
}
