import { lstatSync, type Stats } from 'node:fs';
import { readNames, systemCode } from './file-system.js';

const databaseName = /\.db(-wal|-shm|-journal)?$/;

/**
 * Says whether a file is CES's own database, under whatever name. It must never be opened here: closing any descriptor
 * of it would drop the locks that SQLite holds in this process.
 */
export function findOwnDatabase(root: string): (path: string, stats: Stats) => boolean {
  const inodes = new Set<string>();
  try {
    for (const name of readNames(`${root}/.ces`)) {
      if (!databaseName.test(name)) continue;
      const stats = lstatSync(`${root}/.ces/${name}`, { throwIfNoEntry: false });
      if (stats !== undefined) inodes.add(`${stats.dev} ${stats.ino}`);
    }
  } catch (error) {
    if (systemCode(error) === '') throw error;
  }
  return (path, stats) =>
    (path.startsWith('.ces/') && !path.includes('/', 5) && databaseName.test(path)) ||
    (inodes.size > 0 && stats.nlink > 1 && inodes.has(`${stats.dev} ${stats.ino}`));
}
