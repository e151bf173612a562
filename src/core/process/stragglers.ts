import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const ROUNDS = 20;

/**
 * Kills processes that left their group but still carry `NAME=value` in their environment, until none is found. For runs
 * without containment, on Linux: a process that emptied its environment is not found, which is what a sandbox is for.
 */
export async function killStragglers(name: string, value: string): Promise<void> {
  if (process.platform !== 'linux') return;
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && carries(entry, `${name}=${value}`));
    if (found.length === 0) return;
    for (const pid of found) kill(Number(pid));
    await delay(5);
  }
}

function carries(pid: string, variable: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(variable);
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
