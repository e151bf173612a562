import { chmodSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  claimOnce,
  copyFolder,
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
import { boundByPermissions, mountSmallDisk, type SmallDisk, withMounts } from '../support/machine.js';

let world: World;
let disk: SmallDisk | null = null;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.restore());
afterAll(() => world?.dispose());

const bound = boundByPermissions();
const scans = (): string => join(world.stateDir, 'projects', world.projectId, 'content', 'scans');
const each = (folder: string, work: (path: string) => void): void => {
  for (const name of readdirSync(folder)) work(join(folder, name));
};

describe('what CES keeps outside the workspace', () => {
  test.each([
    ['gone', (path: string) => rmSync(path)],
    ['altered', (path: string) => writeFileSync(path, 'garbage')],
  ])('kept trees that are %s are a finding, and no claim passes by them', async (_, damage) => {
    copyFolder(scans(), `${scans()}.whole`);
    const before = digestDecided(world);
    each(scans(), damage);
    const [status, why] = await lookTwice(world);
    expect(status).toMatchObject({ exitCode: 1 });
    expect(status.json()).toMatchObject({ findings: [{ kind: 'observation_gap', severity: 'high' }] });
    expect(why.json()).toMatchObject({ blocker: { kind: 'observation_gap' } });
    expectRefusal(await claimOnce(world), 'state_corrupt');
    expect(digestDecided(world)).toBe(before);
    rmSync(scans(), { recursive: true });
    renameSync(`${scans()}.whole`, scans());
    await expectLoopGoesOn(world);
  });

  test('a witness that somebody wrote into is refused, before a claim costs anything', async () => {
    writeFileSync(world.witness, 'garbage\n', { mode: 0o600 });
    for (const run of await lookTwice(world)) expectError(run, 'state_corrupt');
    rmSync(world.witness);
    await expectLoopGoesOn(world);
  });

  test.runIf(bound !== null)('a witness that can not be read is refused, before a claim costs anything', async () => {
    writeFileSync(world.witness, '', { flag: 'a', mode: 0o600 });
    chmodSync(world.witness, 0o000);
    const before = digestDecided(world);
    for (const run of await lookTwice(world, { wrap: bound ?? [] })) expectError(run, 'state_unwritable');
    expectRefusal(await claimOnce(world, { wrap: bound ?? [] }), 'state_unwritable');
    expect(digestDecided(world)).toBe(before);
    chmodSync(world.witness, 0o600);
    await expectLoopGoesOn(world);
  });

  test('an entry of the registry that is garbage is never "not governed", and `ces init` mends it', async () => {
    const roots = join(world.stateDir, 'roots');
    each(roots, (path) => writeFileSync(path, 'garbage', { mode: 0o600 }));
    for (const run of await lookTwice(world)) expectError(run, 'state_corrupt');
    expectRefusal(await claimOnce(world), 'state_corrupt');
    each(roots, (path) => rmSync(path));
    const init = await world.project.ask('init');
    expect(init).toMatchObject({ exitCode: 0, json: { project_id: world.projectId } });
    expect((await world.project.ask('init')).json).toMatchObject({ error: { code: 'already_initialized' } });
    await expectLoopGoesOn(world);
  });
});

describe.runIf(bound !== null)('folders that this user may not write', () => {
  test.each([
    ['.ces', () => join(world.root, '.ces')],
    ['the state folder', () => world.stateDir],
  ])('%s read-only: one clear error, nothing decided, and it goes on once it may be written', async (_, where) => {
    const before = digestDecided(world);
    const modes = lock(where());
    try {
      const wrap = bound ?? [];
      const looks = await lookTwice(world, { wrap });
      for (const run of looks) if (run.exitCode === 2) expectError(run, 'state_unwritable');
      expectRefusal(await claimOnce(world, { wrap }), 'state_unwritable');
      const drafted = await runCes(['reject', '--cancel', '--reason', 'no', '--json'], {
        cwd: world.root,
        env: world.env,
        wrap,
      });
      expectError(drafted, 'state_unwritable');
    } finally {
      for (const [path, mode] of modes) chmodSync(path, mode);
    }
    expect(digestDecided(world)).toBe(before);
    await expectLoopGoesOn(world);
  });

  test('`ces init` in a folder that can not be written says so, and leaves nothing', async () => {
    const folder = join(world.project.home.folder, 'locked');
    copyFolder(join(world.root, 'src'), folder);
    chmodSync(folder, 0o500);
    const run = await runCes(['init', '--json'], { cwd: folder, env: world.env, wrap: bound ?? [] });
    expectError(run, 'state_unwritable');
    expect(readdirSync(folder)).toEqual(['a.js']);
    expect(readdirSync(join(world.stateDir, 'roots'))).toHaveLength(1);
  });
});

const readOnly = (path: string) => withMounts(`mount --bind '${path}' '${path}'; mount -o remount,ro,bind '${path}'`);

describe.runIf(readOnly('/tmp') !== null)('file systems', () => {
  test.each([
    ['.ces', () => join(world.root, '.ces')],
    ['the state folder', () => world.stateDir],
  ])('%s on a read-only one: one clear error and nothing decided', async (_, where) => {
    const before = digestDecided(world);
    const wrap = readOnly(where()) ?? [];
    for (const run of await lookTwice(world, { wrap })) if (run.exitCode === 2) expectError(run, 'state_unwritable');
    expectRefusal(await claimOnce(world, { wrap }), 'state_unwritable');
    expect(digestDecided(world)).toBe(before);
    await expectLoopGoesOn(world);
  });

  test.each([
    ['.ces', () => join(world.root, '.ces')],
    ['the state folder', () => world.stateDir],
  ])(
    '%s on a full one: every call answers or says so, nothing acknowledged is lost, and room is all it needs',
    async (_, where) => {
      const path = where();
      // Not in the workspace, where it would be a change.
      const away = join(world.project.home.folder, 'away');
      renameSync(path, away);
      disk = mountSmallDisk(path, 3_000_000);
      try {
        copyFolder(`${away}/.`, path);
        const left = fill(join(path, 'filler'));
        expect(left).toBeGreaterThan(0);
        for (const run of await lookTwice(world)) {
          expectNoStack(run.stderr);
          if (run.exitCode === 2) expectError(run, 'state_unwritable');
        }
        const answer = await claimOnce(world);
        // A line may still fit where the last block of a file has room.
        if (answer.isError) expectRefusal(answer, 'state_unwritable');
        else expect(answer.structured).toMatchObject({ accepted: true });
        const cancelled = await runCes(['reject', '--cancel', '--reason', 'no', '--json'], {
          cwd: world.root,
          env: world.env,
        });
        if (cancelled.exitCode !== 0) expectError(cancelled, 'state_unwritable');
        rmSync(join(path, 'filler'));
        expect(await world.project.ask('audit', 'verify')).toMatchObject({ exitCode: 0, json: { ok: true } });
        expect((await world.project.ask('status')).json).toMatchObject({
          manifest: { state: cancelled.exitCode === 0 ? 'cancelled' : answer.isError ? 'in_progress' : 'under_review' },
        });
        if (cancelled.exitCode !== 0) await expectLoopGoesOn(world);
      } finally {
        disk?.dispose();
        rmSync(path, { recursive: true, force: true });
        renameSync(away, path);
      }
    },
  );
});

/** Takes the write bits off a folder and all in it; gives the modes that were. */
function lock(folder: string): [string, number][] {
  const paths = [folder, ...readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)))];
  const modes = paths.map((path): [string, number] => [path, statSync(path).mode & 0o777]);
  for (const [path, mode] of modes) chmodSync(path, mode & 0o500);
  return modes;
}

/** Writes until nothing more fits; gives the bytes that did. */
function fill(path: string): number {
  let total = 0;
  for (const size of [65_536, 4096, 1]) {
    try {
      for (;;) {
        writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
        total += size;
      }
    } catch {
      // Full for this size.
    }
  }
  return total;
}
