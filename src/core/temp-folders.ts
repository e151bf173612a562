import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes an empty private folder in `parent`. Its name says for what and by which process, so that it is known when it was left. */
export function makeTempFolder(purpose: string, parent: string = tmpdir()): string {
  return mkdtempSync(join(parent, `ces-${purpose}-${machine()}-${process.pid}-`));
}

/** Folders that `makeTempFolder` made here for this user, for processes that are gone: absolute paths, links resolved. */
export function findAbandonedFolders(parent: string = tmpdir()): string[] {
  const folder = realpathSync(parent);
  return readdirSync(folder).flatMap((name) => {
    const [, owner, pid] = /^ces-[a-z]+-([0-9a-f]{8})-(\d+)-\w{6}$/.exec(name) ?? [];
    if (owner !== machine() || pid === undefined || isAlive(Number(pid))) return [];
    const stats = lstatSync(join(folder, name), { throwIfNoEntry: false });
    return stats?.isDirectory() && stats.uid === process.getuid?.() ? [join(folder, name)] : [];
  });
}

/** Whether there is a process of this number, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

// Where the folder is shared between containers, a process's number means something else in each.
function machine(): string {
  return createHash('sha256').update(`${hostname()} ${pidNamespace()}`).digest('hex').slice(0, 8);
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
