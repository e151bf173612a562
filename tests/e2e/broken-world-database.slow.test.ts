import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  callClaim,
  claimOnce,
  createWorld,
  digestDecided,
  expectError,
  expectLoopGoesOn,
  expectRefusal,
  lookTwice,
  type World,
} from '../support/broken-world.js';
import { runCes } from '../support/built.js';
import { withDatabase } from '../support/project-state.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.restore());
afterAll(() => world?.dispose());

interface Damage {
  readonly name: string;
  readonly code: string;
  readonly damage: (database: string) => void;
}

const DAMAGES: readonly Damage[] = [
  { name: 'cut in half', code: 'state_corrupt', damage: (path) => truncateSync(path, statSync(path).size / 2) },
  {
    name: 'full of garbage',
    code: 'state_corrupt',
    damage: (path) => writeFileSync(path, Buffer.alloc(9000, 'garbage')),
  },
  { name: 'emptied', code: 'state_corrupt', damage: (path) => truncateSync(path, 0) },
  {
    name: 'damaged in the middle',
    code: 'state_corrupt',
    damage: (path) => overwrite(path, 4096, Buffer.alloc(40_960, 0xa5)),
  },
  { name: 'holding a text that is no JSON', code: 'state_corrupt', damage: spoilText },
  {
    name: 'without one of its tables',
    code: 'state_corrupt',
    damage: () => withDatabase(world.root, (db) => db.exec('DROP TABLE manifests')),
  },
  {
    name: 'of a newer version',
    code: 'state_newer',
    damage: () => withDatabase(world.root, (db) => db.pragma('user_version = 99')),
  },
  { name: 'gone', code: 'root_lost_state', damage: (path) => rmSync(path) },
  { name: 'a folder', code: 'unsafe_state', damage: (path) => replaceByFolder(path) },
];

describe('a database that is broken', () => {
  test.each(DAMAGES)(
    '$name: one clear error everywhere, nothing is written, and a copy put back goes on',
    async ({ code, damage }) => {
      const whole = readFileSync(world.database);
      damage(world.database);
      const broken = readRest(world.database);
      for (const run of await lookTwice(world)) expectError(run, code);
      for (const args of [['manifest', 'More', '--yes'], ['verify'], ['reject', '--reason', 'no']])
        expectError(await runCes([...args, '--json'], { cwd: world.root, env: world.env }), code);
      expectRefusal(await claimOnce(world), code);
      const again = await runCes(['init', '--json'], { cwd: world.root, env: world.env });
      expect(again.exitCode).toBe(2);
      expect(readRest(world.database)).toEqual(broken);
      rmSync(world.database, { recursive: true, force: true });
      for (const side of ['-wal', '-shm']) rmSync(world.database + side, { force: true });
      writeFileSync(world.database, whole, { mode: 0o600 });
      await expectLoopGoesOn(world);
    },
  );

  test('garbage in the place of its log is read past, and loses nothing', async () => {
    const before = digestDecided(world);
    writeFileSync(`${world.database}-wal`, Buffer.alloc(40_000, 'garbage'), { mode: 0o600 });
    const [status] = await lookTwice(world);
    expect(status.json()).toMatchObject({ manifest: { state: 'in_progress' } });
    expect(digestDecided(world)).toBe(before);
    await expectLoopGoesOn(world);
  });

  test('taken away while a server has it open: the server stops saying anything until it is back', async () => {
    const mcp = await world.project.connect();
    expect((await mcp.call('ces_status')).structured).toMatchObject({ state: 'in_progress' });
    const sides = ['', '-wal', '-shm'];
    for (const side of sides) renameSync(world.database + side, `${world.database}.away${side}`);
    expectRefusal(await callClaim(world, mcp), 'root_lost_state');
    writeFileSync(world.database, '');
    expectRefusal(await callClaim(world, mcp), 'unsafe_state');
    for (const side of sides) renameSync(`${world.database}.away${side}`, world.database + side);
    expect((await callClaim(world, mcp)).structured).toMatchObject({ accepted: true, retries_left: 3 });
    await mcp.close();
    expect(await world.project.ask('audit', 'verify')).toMatchObject({ json: { ok: true } });
  });
});

function overwrite(path: string, position: number, bytes: Buffer): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, position);
  closeSync(file);
}

function spoilText(): void {
  withDatabase(world.root, (db) =>
    db.exec("DROP TRIGGER records_keep; UPDATE records SET body = '{' WHERE kind = 'manifest'"),
  );
}

function replaceByFolder(path: string): void {
  rmSync(path);
  mkdirSync(path);
}

/** What no call may have changed: the bytes, or where it can be opened all but who came and went. */
function readRest(path: string): unknown {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return null;
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
  try {
    return withDatabase(world.root, (db) => {
      const tables = db
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('manifests', 'records')")
        .pluck()
        .all();
      const rows = tables.map((name) => db.prepare(`SELECT * FROM ${String(name)} ORDER BY 1, 2`).all());
      const entries = db
        .prepare("SELECT bytes FROM ledger WHERE type NOT LIKE 'session.%' AND type != 'watch.gap'")
        .all();
      return entries.length === 0 ? digest : { version: db.pragma('user_version'), rows, entries };
    });
  } catch {
    return digest;
  }
}
