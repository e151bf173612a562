import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { CesError } from '../errors.js';

const KILL_DEADLINE_MS = 10_000;
/** From here on the group may be zombies that nobody reaps (a container without an init), so /proc is asked as well. */
const ZOMBIES_AFTER_MS = 100;

/** Sends SIGKILL to the process group until nothing of it runs. Refuses `process_failed` when it outlives ten seconds. */
export async function killGroup(pgid: number): Promise<void> {
  const startedAt = performance.now();
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    if (!signalGroup(pgid)) return;
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs > ZOMBIES_AFTER_MS && onlyZombiesLeft(pgid)) return;
    if (elapsedMs > KILL_DEADLINE_MS) {
      throw new CesError(
        'process_failed',
        `Process group ${pgid} could not be killed.`,
        `Look at it with: ps -o pid,stat,cmd -g ${pgid}`,
      );
    }
    await delay(pauseMs);
  }
}

/** Kills the group when this process ends in an orderly way; the returned function takes that back. */
export function killGroupAtExit(pgid: number): () => void {
  if (living.size === 0) process.on('exit', killLiving);
  living.add(pgid);
  return () => {
    living.delete(pgid);
    if (living.size === 0) process.off('exit', killLiving);
  };
}

const living = new Set<number>();

function killLiving(): void {
  for (const pgid of living) signalGroup(pgid);
}

/** False when there is no such group any more. */
function signalGroup(pgid: number): boolean {
  try {
    process.kill(-pgid, 'SIGKILL');
    return true;
  } catch (error) {
    // EPERM: something is there (on macOS also a zombie), only not ours to signal.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

function onlyZombiesLeft(pgid: number): boolean {
  if (process.platform !== 'linux') return false;
  return readdirSync('/proc').every((name) => {
    if (!/^\d+$/.test(name)) return true;
    const fields = readStat(name);
    return fields === null || fields.group !== pgid || fields.state === 'Z' || fields.state === 'X';
  });
}

function readStat(pid: string): { state: string; group: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything, so fields are counted from its end.
    const [state = '', , group = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, group: Number(group) };
  } catch {
    return null;
  }
}
