import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { cesProgram, createHome, type Home, nodeProgram, runCes } from '../support/built.js';
import { pollUntil } from '../support/deadline.js';
import { verifyBytes } from '../support/keys.js';

const report = z.object({
  ok: z.boolean(),
  failed: z.object({ step: z.string(), message: z.string() }).nullable(),
  folder: z.string().nullable(),
  statement_path: z.string().nullable(),
  signature_path: z.string().nullable(),
  signature_check: z.object({ exit_code: z.number(), output: z.string() }).nullable(),
  processes: z.object({ agent: z.number(), server: z.number() }).nullable(),
  steps: z.array(z.object({ step: z.string(), actor: z.string(), lines: z.array(z.string()) })),
});

let home: Home;
/** Where the demo makes its folder: empty before and, unless it is kept, afterwards. */
let temp: string;
let env: Record<string, string>;

beforeEach(() => {
  home = createHome();
  temp = realpathSync(mkdtempSync(join(tmpdir(), 'ces-demo-test-')));
  env = { ...home.env, TMPDIR: temp };
});

afterEach(() => {
  rmSync(temp, { recursive: true, force: true });
  home.dispose();
});

function expectNothingLeft(): void {
  expect(readdirSync(temp)).toEqual([]);
  expect(readdirSync(join(home.folder, 'config'))).toEqual([]);
  expect(readdirSync(join(home.folder, 'state'))).toEqual([]);
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Where nobody reaps orphans, what has ended stays as a zombie.
    return process.platform === 'linux' && /^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

function pidsIn(story: string): number[] {
  return [...story.matchAll(/\(process\s+(\d+)\)/g)].map(([, pid]) => Number(pid));
}

test('the demo tells one change from the refusal to the signature, and leaves nothing behind', async () => {
  const { exitCode, stdout, stderr } = await runCes(['demo'], { cwd: temp, env });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const flat = stdout.replace(/\s+/g, ' ');
  expect(flat).toContain('README.md was modified; it is outside the scope');
  expect(flat).toContain('src/slug.js is claimed as changed, but it is as it was.');
  expect(flat).toContain('test/words.test.js changed, but the claim leaves it out.');
  expect(flat).toContain("+ 'one two th...' - 'one two...'");
  expect(flat).toMatch(/2 of 3 tests passed.*3 of 3 tests passed/);
  expect(flat).toMatch(/Good "ces-approval" signature for demo-operator with ED25519 key SHA256:\S{43}/);
  expect(flat).toMatch(
    /ces audit verify: exit code 0; .*ces status: exit code 0; .*ces status: exit code 1\. The approval/,
  );
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(stdout).not.toContain('\u001B');
  expectNothingLeft();
  const pids = pidsIn(stdout);
  expect(pids).toHaveLength(2);
  expect(pids.filter((pid) => !isGone(pid))).toEqual([]);
});

test('a kept demo holds a statement that stock ssh-keygen accepts, and a project that ces can look at', async () => {
  const kept = await runCes(['demo', '--keep', '--json'], { cwd: temp, env });
  expect(kept.exitCode).toBe(0);
  const { ok, folder, statement_path, signature_path, signature_check } = report.parse(kept.json());
  expect({ ok, code: signature_check?.exit_code }).toEqual({ ok: true, code: 0 });
  expect(readdirSync(temp).map((name) => join(temp, name))).toEqual([folder]);
  const place = folder ?? '';
  const root = join(place, 'project');
  const statement = readFileSync(join(root, statement_path ?? ''));
  const signature = join(root, signature_path ?? '');
  const files = { allowedSigners: join(place, 'config/ces/allowed_signers'), signature, principal: 'demo-operator' };
  expect(await verifyBytes(files, statement)).toBe(true);
  expect(await verifyBytes(files, Buffer.concat([statement, Buffer.from(' ')]))).toBe(false);

  const inside = { ...env, XDG_CONFIG_HOME: join(place, 'config'), XDG_STATE_HOME: join(place, 'state') };
  const status = await runCes(['status', '--json'], { cwd: root, env: inside });
  expect(status.exitCode).toBe(1);
  expect(status.json()).toMatchObject({ findings: [{ kind: 'stale' }] });
});

test('a check that can not run fails the demo, which names the step and tidies up', async () => {
  const bin = join(home.folder, 'bin');
  mkdirSync(bin);
  // Found before the real one by whoever looks for `node` by name, as the check does.
  writeFileSync(join(bin, 'node'), '#!/bin/sh\nexit 0\n');
  chmodSync(join(bin, 'node'), 0o755);
  const run = await runCes(['demo', '--json'], { cwd: temp, env: { ...env, PATH: `${bin}:${env.PATH}` } });
  expect(run.exitCode).toBe(1);
  expect(report.parse(run.json())).toMatchObject({ ok: false, failed: { step: 'first-run' } });
  expectNothingLeft();
});

test.each([
  ['SIGINT', 'while the agent starts', /starts `ces serve`/],
  ['SIGINT', 'while the checks run', /ces_verify: run the checks\./],
  ['SIGTERM', 'while the operator looks', /Looks, in short/],
] as const)('%s %s ends the demo, its processes and its folder', async (signal, _when, moment) => {
  const child = spawn(nodeProgram, [cesProgram(), 'demo'], { cwd: temp, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (moment.test(stdout)) child.kill(signal);
  });
  const ended = await new Promise((resolve) => {
    child.on('close', (_code, by) => resolve(by));
  });
  expect({ ended, stderr }).toEqual({ ended: signal, stderr: 'Interrupted; everything is removed.\n' });
  expect(stdout).not.toContain('Every step went');
  expectNothingLeft();
  const pids = pidsIn(stdout);
  expect(pids).toHaveLength(2);
  await pollUntil(() => pids.every(isGone), {
    message: `the agent and the server (${pids}) are gone`,
    timeoutMs: 2000,
  });
});
