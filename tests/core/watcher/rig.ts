import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Gap, TimelineEvent } from '../../../src/core/delta/timeline.js';
import type { WatcherState } from '../../../src/core/watcher/state.js';
import { startWatcher, type Watcher, type WatcherOptions } from '../../../src/core/watcher/watcher.js';

const made: string[] = [];

export function makeFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ces-watcher-')));
  made.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Bundles a source file of the watcher into a program of its own; returns its path. */
export async function buildProgram(source: string): Promise<string> {
  const outfile = join(makeFolder(), 'program.mjs');
  await build({ entryPoints: [source], outfile, bundle: true, format: 'esm', platform: 'node', target: 'node22' });
  return outfile;
}

export function git(root: string, ...args: string[]): void {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false'];
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  execFileSync('git', [...identity, ...args], { cwd: root, env, stdio: 'ignore', timeout: 30_000 });
}

export interface Watched {
  readonly watcher: Watcher;
  readonly events: TimelineEvent[];
  readonly states: WatcherState[];
  readonly gaps: Gap[];
}

export function watchFolder(root: string, program: string, more: Partial<WatcherOptions> = {}): Watched {
  const events: TimelineEvent[] = [];
  const states: WatcherState[] = [];
  const gaps: Gap[] = [];
  const watcher = startWatcher({
    root,
    program,
    node: process.execPath,
    heartbeatMs: 200,
    onEvents: (batch) => events.push(...batch),
    onState: (state) => states.push(state),
    onGap: (gap) => gaps.push(gap),
    ...more,
  });
  return { watcher, events, states, gaps };
}

/** Polls until the condition holds; fails with what it waited for. */
export async function until(what: string, holds: () => boolean, deadlineMs = 20_000): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A process that has ended but that nobody has collected yet is not alive. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
