import { existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from '../ports.js';
import type { RunProcess } from '../process/run.js';
import { makeTempFolder } from '../temp-folders.js';
import { findBubblewrap } from './bubblewrap.js';
import { noSandbox } from './none.js';
import { findSeatbelt } from './seatbelt.js';

const PROBE_TIMEOUT_MS = 10_000;

/** Succeeds where the secret can't be read, the machine is read-only and the inside can be written; what it writes outside must be lost. */
const PROBE = '! cat "$1" && ! test -w / && : > "$3" && (: > "$2" || true)';

let chosen: Promise<Sandbox> | undefined;

/** The best containment that was seen to work in this process: bubblewrap, seatbelt, or none. Asked once, then remembered. */
export function chooseSandbox(runProcess: RunProcess): Promise<Sandbox> {
  chosen ??= chooseFrom([findBubblewrap(), findSeatbelt()], runProcess);
  return chosen;
}

/** The first of these that passes the probe; `noSandbox` when none does. */
export async function chooseFrom(candidates: readonly (Sandbox | null)[], runProcess: RunProcess): Promise<Sandbox> {
  for (const sandbox of candidates) {
    if (sandbox !== null && (await probe(sandbox, runProcess))) return sandbox;
  }
  return noSandbox;
}

async function probe(sandbox: Sandbox, runProcess: RunProcess): Promise<boolean> {
  const folder = realpathSync(makeTempFolder('probe'));
  try {
    const root = join(folder, 'root');
    const inside = join(folder, 'inside');
    mkdirSync(root);
    mkdirSync(inside);
    writeFileSync(join(root, 'secret'), 'secret');
    const outside = join(folder, 'outside');
    const argv = ['/bin/sh', '-c', PROBE, 'probe', join(root, 'secret'), outside, join(inside, 'written')];
    const view = { root, cwd: inside, writable: [inside], readable: [] };
    const env = { PATH: '/usr/bin:/bin' };
    const result = await runProcess(sandbox.wrap(argv, view), {
      cwd: inside,
      env,
      timeoutMs: PROBE_TIMEOUT_MS,
      maxBytes: 10_000,
    });
    return result.exitCode === 0 && existsSync(join(inside, 'written')) && !existsSync(outside);
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
