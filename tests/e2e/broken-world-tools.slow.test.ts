import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  callClaim,
  claimOnce,
  createWorld,
  digestDecided,
  expectError,
  expectLoopGoesOn,
  expectNoStack,
  expectRefusal,
  lookTwice,
  type World,
} from '../support/broken-world.js';
import { runCes } from '../support/built.js';
import { placeOperatorKey, signOnTerminal } from '../support/governed-project.js';
import { withMounts } from '../support/machine.js';
import { startMcp } from '../support/mcp-client.js';

const PRELOAD = ['--import', fileURLToPath(new URL('../support/fault-preload.mjs', import.meta.url))];
const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

let world: World;
beforeAll(async () => {
  world = await createWorld(placeOperatorKey);
});
beforeEach(() => world.restore());
afterAll(() => world?.dispose());

describe('git', () => {
  test.each([
    ['missing', null],
    ['too old', '#!/bin/sh\necho git version 2.20.1\n'],
    ['not git', '#!/bin/sh\nexit 1\n'],
  ])('%s: one clear error that says what to install, nothing decided', async (_, fake) => {
    const env = { ...world.env, PATH: folderWith(world, fake === null ? {} : { git: fake }) };
    const before = digestDecided(world);
    const [status, why] = await lookTwice(world, { env });
    expect(status.exitCode).not.toBe(0);
    for (const run of [status, why]) {
      expectNoStack(run.stderr);
      expect(run.stdout + run.stderr).toMatch(/git (could not be started|on the PATH)/);
    }
    expect(status.stdout + status.stderr).toContain('Install git 2.38 or newer');
    expect(why.json()).toMatchObject({ blocker: { kind: 'observation_gap' }, next_command: 'ces explain' });
    const explained = await runCes(['explain'], { cwd: world.root, env });
    expect(explained.stdout + explained.stderr).toContain('Install git 2.38 or newer');
    expectError(await runCes(['verify', '--json'], { cwd: world.root, env }), 'tool_missing');
    expectRefusal(await claimOnce(world, { env }), 'tool_missing');
    expect(digestDecided(world)).toBe(before);
    await expectLoopGoesOn(world);
  });
});

const withoutKeygen = withMounts('mount --bind /dev/null "$(readlink -f "$(command -v ssh-keygen)")"');

describe.runIf(withoutKeygen !== null)('without ssh-keygen', () => {
  test('nothing is called approved, and the error says what to install', async () => {
    await expectLoopGoesOn(world);
    const { exitCode, output } = await signOnTerminal(world.project, []);
    expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
    for (const run of await lookTwice(world, { wrap: withoutKeygen ?? [] })) expectError(run, 'tool_missing');
    expect(await world.project.ask('status')).toMatchObject({
      exitCode: 0,
      json: { manifest: { approval: { status: 'approved' } } },
    });
  });
});

describe('fsync that fails', () => {
  test('whatever can not be made durable is not acknowledged, and the loop goes on afterwards', async () => {
    const reached: number[] = [];
    for (const at of [1, 3, 4]) {
      world.restore();
      const env = { ...world.env, FAULT_FSYNC: String(at) };
      const before = digestDecided(world);
      const answer = await claimOnce(world, { env, nodeArgs: PRELOAD });
      if (!answer.isError) {
        expect(answer.structured).toMatchObject({ accepted: true });
        continue;
      }
      reached.push(at);
      expectRefusal(answer, 'state_unwritable');
      const committed = digestDecided(world) !== before;
      const status = await world.project.ask('status');
      expect(status.json).toMatchObject({
        manifest: { state: committed ? 'under_review' : 'in_progress', retries_left: 3 },
      });
      await expectLoopGoesOn(world);
    }
    expect(reached.length).toBeGreaterThan(1);
  });

  test('of an operator: nothing is drafted, and the same command works afterwards', async () => {
    expect(await world.project.ask('reject', '--cancel', '--reason', 'start anew')).toMatchObject({ exitCode: 0 });
    const draft = ['manifest', 'Say c', '--scope', 'src/**', '--yes', '--json'];
    const before = digestDecided(world);
    const run = await runCes(draft, { cwd: world.root, env: { ...world.env, FAULT_FSYNC: '1' }, nodeArgs: PRELOAD });
    expectError(run, 'state_unwritable');
    expect(digestDecided(world)).toBe(before);
    expect((await runCes(draft, { cwd: world.root, env: world.env })).exitCode).toBe(0);
    expect(await world.project.ask('audit', 'verify')).toMatchObject({ json: { ok: true } });
  });
});

describe('a clock that jumps', () => {
  const clock = (): string => join(world.project.home.folder, 'clock');
  const shifted = () => ({ ...world.env, FAULT_CLOCK: clock() });

  test('an hour back between two calls: nothing waits for it, and no retry is spent twice', async () => {
    writeFileSync(clock(), '0');
    const mcp = await startMcp(world.root, shifted(), PRELOAD);
    expect((await mcp.call('ces_status')).structured).toMatchObject({ state: 'in_progress' });
    writeFileSync(clock(), String(-HOUR_MS));
    const refused = await mcp.call('ces_completion_claim', { ...world.claim, files_changed: ['README.md'] });
    expect(refused.structured).toMatchObject({ accepted: false, retries_left: 2 });
    // A server that dies now leaves an entry that is older than those before it.
    await mcp.kill();
    const second = await startMcp(world.root, shifted(), PRELOAD);
    const again = await second.call('ces_completion_claim', { ...world.claim, files_changed: ['README.md'] });
    expect(again.structured).toMatchObject({ accepted: false, retries_left: 2 });
    expect((await callClaim(world, second)).structured).toMatchObject({ accepted: true, retries_left: 2 });
    await second.close();
    expect(await world.project.ask('audit', 'verify')).toMatchObject({ exitCode: 0, json: { ok: true } });
  });

  test('while a call waits for the operator, the call ends when it said it would', async () => {
    writeFileSync(clock(), '0');
    expect(await world.project.ask('reject', '--cancel', '--reason', 'start anew')).toMatchObject({ exitCode: 0 });
    const mcp = await startMcp(world.root, shifted(), PRELOAD);
    const waiting = mcp.call('ces_manifest', { objective: 'Change everything', scope: ['**'], wait_seconds: 2 });
    writeFileSync(clock(), String(-HOUR_MS));
    expect((await waiting).structured).toMatchObject({ state: 'proposed' });
    await mcp.close();
  });

  test('years ahead: what was let start is over, no claim passes, and new work begins when the clock is right', async () => {
    writeFileSync(clock(), String(5 * YEAR_MS));
    const looks = ['status', 'why'].map((command) =>
      runCes([command, '--json'], { cwd: world.root, env: shifted(), nodeArgs: PRELOAD }),
    );
    const [status, why] = await Promise.all(looks);
    expect(status?.json()).toMatchObject({ manifest: { state: 'expired' } });
    expect(why?.json()).toMatchObject({ blocker: { kind: 'expired' }, next_command: expect.stringMatching(/^ces /) });
    expectRefusal(await claimOnce(world, { env: shifted(), nodeArgs: PRELOAD }), 'no_active_manifest');
    expect(await world.project.ask('status')).toMatchObject({ json: { manifest: { state: 'expired' } } });
    const mcp = await world.project.connect();
    const { structured } = await mcp.call('ces_manifest', { objective: 'Say c', scope: ['src/**'] });
    expect(structured).toMatchObject({ state: 'in_progress' });
    expect(await world.project.ask('audit', 'verify')).toMatchObject({ exitCode: 0, json: { ok: true } });
  });
});

/** A folder for PATH with these programs and Node alone. */
function folderWith({ project }: World, programs: Readonly<Record<string, string>>): string {
  const folder = join(project.home.folder, 'path');
  mkdirSync(folder);
  symlinkSync(process.execPath, join(folder, 'node'));
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, name), text, { mode: 0o755 });
  return folder;
}
