import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Processes below this one, children first; zombies are left out. */
export function findDescendants(pid: number): readonly ProcessEntry[] {
  const all = existsSync('/proc/self/stat') ? readProc() : readPs();
  const found: ProcessEntry[] = [];
  for (let parents = [pid]; parents.length > 0; ) {
    const children = all.filter((entry) => parents.includes(entry.parent));
    found.push(...children);
    parents = children.map((entry) => entry.pid);
  }
  return found;
}

/** True while the process runs; a zombie does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self/stat') || statOf(String(pid))?.state !== 'Z';
  } catch {
    return false;
  }
}

function readProc(): ProcessEntry[] {
  return readdirSync('/proc').flatMap((name) => {
    const stat = /^\d+$/.test(name) ? statOf(name) : null;
    if (stat === null || stat.state === 'Z') return [];
    return [{ pid: Number(name), parent: stat.parent, command: readOrNull(`/proc/${name}/cmdline`) ?? '' }];
  });
}

function statOf(name: string): { state: string; parent: number } | null {
  // The name of the program stands in brackets and may hold anything.
  const [, state, parent] = /.*\) (\S) (\d+)/s.exec(readOrNull(`/proc/${name}/stat`) ?? '') ?? [];
  return state === undefined ? null : { state, parent: Number(parent) };
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').replaceAll('\0', ' ');
  } catch {
    return null; // it ended meanwhile
  }
}

function readPs(): ProcessEntry[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,command='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [, pid, parent, state = '', command = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined || state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}
