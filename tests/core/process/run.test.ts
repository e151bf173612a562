import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProcess } from '../../../src/core/process/run.js';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ces-test-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const env = { PATH: process.env['PATH'] ?? '' };
const run = (
  argv: readonly string[],
  options: { input?: string; timeoutMs?: number; maxBytes?: number; signal?: AbortSignal } = {},
) => runProcess(argv, { cwd: dir, env, timeoutMs: 20_000, maxBytes: 1_000_000, ...options });
const node = (script: string, options: Parameters<typeof run>[1] = {}) =>
  run([process.execPath, '-e', script], options);

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(process.platform === 'linux' ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '');
  } catch {
    return false;
  }
};

describe('runProcess', () => {
  test('gives exit code, stdout and stderr, and reads its input', async () => {
    const result = await node(
      'process.stdin.on("data", (d) => process.stdout.write(d)); console.error("oops"); process.exitCode = 3',
      {
        input: 'hello',
      },
    );
    expect(result).toMatchObject({ exitCode: 3, signal: null, timedOut: false, aborted: false, truncated: false });
    expect(result.stdout.toString()).toBe('hello');
    expect(result.stderr.toString()).toBe('oops\n');
  });

  test('shows the program exactly the environment it was given', async () => {
    const result = await node('console.log(JSON.stringify(Object.keys(process.env)))');
    expect(JSON.parse(result.stdout.toString())).toEqual(['PATH']);
  });

  test('names a program that is not there', async () => {
    await expect(run(['no-such-program-here'])).rejects.toMatchObject({ code: 'tool_missing' });
  });

  test('says that the folder is missing rather than the program', async () => {
    const missing = runProcess([process.execPath], { cwd: join(dir, 'gone'), env, timeoutMs: 5000, maxBytes: 10 });
    await expect(missing).rejects.toMatchObject({ code: 'process_failed' });
  });

  test('kills the whole group at the time limit, children that ignore SIGTERM included', async () => {
    const pidFile = join(dir, 'child.pid');
    const child = `process.on('SIGTERM', () => {}); require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000)`;
    const result = await node(
      `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' }); setInterval(() => {}, 1000)`,
      { timeoutMs: 1500 },
    );
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL', timedOut: true });
    expect(isAlive(Number(readFileSync(pidFile, 'utf8')))).toBe(false);
  });

  test('kills what a program leaves behind when it ends by itself', async () => {
    const result = await node(
      `const c = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }); console.log(c.pid); c.unref(); process.exit(0)`,
    );
    expect(result.exitCode).toBe(0);
    expect(isAlive(Number(result.stdout.toString()))).toBe(false);
  });

  test('does not wait for a process that left the group and holds the pipes open', async () => {
    const result = await node(
      `const c = require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 15000)'], { stdio: 'inherit', detached: true }); console.log(c.pid); c.unref(); process.exit(0)`,
    );
    expect(result.exitCode).toBe(0);
    process.kill(Number(result.stdout.toString()), 'SIGKILL');
    expect(result.durationMs).toBeLessThan(10_000);
  });

  test('ends at an abort, also one that came before the start', async () => {
    const controller = new AbortController();
    const running = node('console.log("up"); setInterval(() => {}, 1000)', { signal: controller.signal });
    controller.abort();
    expect(await running).toMatchObject({ aborted: true, exitCode: null });
    expect(await node('', { signal: AbortSignal.abort() })).toMatchObject({ aborted: true, exitCode: null });
  });

  test('keeps the head and the tail of too much output', async () => {
    const result = await node('process.stdout.write("A".repeat(10) + "x".repeat(5_000_000) + "Z".repeat(10))', {
      maxBytes: 100,
    });
    const text = result.stdout.toString();
    expect(result.truncated).toBe(true);
    expect(text.startsWith('A'.repeat(10))).toBe(true);
    expect(text.endsWith('Z'.repeat(10))).toBe(true);
    expect(text).toContain('[4999920 bytes left out]');
    expect(text.length).toBeLessThan(200);
  });

  test('hands bytes on as they are', async () => {
    writeFileSync(join(dir, 'bytes'), Buffer.from([0, 255, 128, 10, 10]));
    const result = await run(['cat', 'bytes']);
    expect([...result.stdout]).toEqual([0, 255, 128, 10, 10]);
  });
});
