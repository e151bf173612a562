import { lstatSync, type Stats } from 'node:fs';
import { readNames, systemCode } from './file-system.js';

const databaseName = /\.db(-wal|-shm|-journal)?$/;

export interface OwnDatabase {
  has(path: string, stats: Stats): boolean;
  /** By its name alone. */
  isNamed(path: string): boolean;
  /** Whether it has a second name somewhere, so that every file must be looked at before it is opened. */
  readonly linked: boolean;
}

/**
 * Says whether a file is CES's own database, under whatever name. It must never be opened here: closing any descriptor
 * of it would drop the locks that SQLite holds in this process.
 */
export function findOwnDatabase(root: string): OwnDatabase {
  const inodes = new Set<string>();
  let linked = false;
  try {
    for (const name of readNames(`${root}/.ces`)) {
      if (!databaseName.test(name)) continue;
      const stats = lstatSync(`${root}/.ces/${name}`, { throwIfNoEntry: false });
      if (stats === undefined) continue;
      inodes.add(`${stats.dev} ${stats.ino}`);
      linked ||= stats.nlink > 1;
    }
  } catch (error) {
    if (systemCode(error) === '') throw error;
  }
  const isNamed = (path: string) => path.startsWith('.ces/') && !path.includes('/', 5) && databaseName.test(path);
  const isInode = (stats: Stats) => linked && stats.nlink > 1 && inodes.has(`${stats.dev} ${stats.ino}`);
  return { has: (path, stats) => isNamed(path) || isInode(stats), isNamed, linked };
}
