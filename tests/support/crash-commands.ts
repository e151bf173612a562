import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { claimOnce, createWorld, type World } from './broken-world.js';
import { cesProgram, nodeProgram } from './built.js';
import type { CrashPoint } from './crash-agent.js';
import { listOf, PASSPHRASE_PROMPT, placeOperatorKey } from './governed-project.js';
import { PASSPHRASE } from './keys.js';
import { startOnPty } from './pty.js';

const PRELOAD = fileURLToPath(new URL('./crash-preload.mjs', import.meta.url));

/** One of the operator's commands, tried at every point where it may be cut off. */
export interface CrashCommand {
  readonly name: string;
  readonly argv: readonly string[];
  /** Brings a world, whose work is done and not claimed, to where the command has something to do. */
  readonly prepare: (world: World) => Promise<unknown>;
  /** What holds once the command was run again, whatever cut it off before. */
  readonly expectDone: (world: World) => Promise<void>;
}

const DRAFT = ['manifest', 'Say c', '--scope', 'src/**', '--yes'];
const cancel = ({ project }: World) => project.ask('reject', '--cancel', '--reason', 'anew');

async function count(world: World, type: string): Promise<number> {
  return listOf((await world.project.ask('audit', '--type', type, '--limit', '100')).json, 'entries').length;
}

async function expectManifest(world: World, manifest: object): Promise<void> {
  expect((await world.project.ask('status')).json).toMatchObject({ manifest });
}

async function amend(world: World): Promise<void> {
  const mcp = await world.project.connect();
  await mcp.call('ces_manifest', { amend: { scope: ['docs/**'], reason: 'It needs a page' } });
  await mcp.close();
}

const uninstallFirst = (world: World) => runCommand(world, ['uninstall', '--all', '--yes'], {});

export const CRASH_COMMANDS: readonly CrashCommand[] = [
  {
    name: 'init',
    argv: ['init'],
    prepare: uninstallFirst,
    expectDone: async (world) => {
      expect(readdirSync(join(world.stateDir, 'roots')).filter((name) => name.endsWith('.json'))).toHaveLength(1);
      expect(await count(world, 'project.initialized')).toBe(1);
      expect(await count(world, 'scan.recorded')).toBe(1);
    },
  },
  {
    name: 'manifest',
    argv: DRAFT,
    prepare: cancel,
    expectDone: async (world) => {
      expect(await count(world, 'manifest.proposed')).toBe(2);
      await expectManifest(world, { objective: 'Say c', state: 'authorized' });
    },
  },
  {
    name: 'approve of a manifest',
    argv: ['approve', '--yes'],
    prepare: async (world) => {
      await cancel(world);
      await world.project.ask('manifest', 'Say all', '--scope', '**', '--yes');
    },
    expectDone: async (world) => {
      expect(await count(world, 'decision.signed')).toBe(1);
      await expectManifest(world, { objective: 'Say all', state: 'authorized' });
    },
  },
  {
    name: 'approve of an amendment',
    argv: ['approve', '--yes'],
    prepare: amend,
    expectDone: async (world) => {
      expect(await count(world, 'amendment.decided')).toBe(1);
      await expectManifest(world, { scope: { allow: ['src/**', 'docs/**'] } });
    },
  },
  {
    name: 'approve of a change',
    argv: ['approve', '--yes'],
    prepare: claimOnce,
    expectDone: async (world) => {
      expect(await count(world, 'decision.signed')).toBe(1);
      await expectManifest(world, { state: 'approved', approval: { status: 'approved' } });
      const exported = readdirSync(join(world.root, '.ces', 'exports')).filter((name) => /\.json(\.sig)?$/.test(name));
      expect(exported).toHaveLength(2);
    },
  },
  {
    name: 'reject',
    argv: ['reject', '--reason', 'not like this'],
    prepare: claimOnce,
    expectDone: async (world) => {
      expect(await count(world, 'decision.rejected')).toBe(1);
      await expectManifest(world, { state: 'rejected' });
    },
  },
  {
    name: 'verify',
    argv: ['verify'],
    prepare: (world) => Promise.resolve(world.project.repo.write('src/a.js', "export const a = 'c';\n")),
    expectDone: async (world) =>
      expect(await world.project.ask('verify', '--last')).toMatchObject({ exitCode: 0, json: { verdict: 'pass' } }),
  },
  {
    name: 'uninstall',
    argv: ['uninstall', '--all', '--yes'],
    prepare: claimOnce,
    expectDone: async (world) => {
      expect(existsSync(join(world.root, '.ces'))).toBe(false);
      expect(readdirSync(join(world.stateDir, 'roots'))).toEqual([]);
      expect(readdirSync(join(world.stateDir, 'projects'))).toEqual([]);
    },
  },
];

/** Runs one command whole, then once for each point that `choose` takes, and once more after each; gives what was wrong. */
export async function crashCommand(
  command: CrashCommand,
  choose: (points: readonly CrashPoint[]) => readonly CrashPoint[],
): Promise<{ points: number; problems: readonly string[] }> {
  const world = await createWorld(placeOperatorKey);
  const folder = mkdtempSync(join(tmpdir(), 'ces-crash-'));
  const log = join(folder, 'places');
  const roots = [join(world.root, '.ces'), world.project.home.folder].join(':');
  const attempt = async (point: CrashPoint | null): Promise<string[]> => {
    rmSync(log, { force: true });
    world.restore();
    await command.prepare(world);
    const at: Record<string, string> = point === null ? {} : { CRASH_AT: String(point.at), CRASH_WHEN: point.when };
    await runCommand(world, command.argv, { CRASH_LOG: log, CRASH_ROOTS: roots, ...at });
    await expectSaid(world);
    if (point !== null) await runCommand(world, command.argv, {});
    await command.expectDone(world);
    if (command.name !== 'uninstall')
      expect(await world.project.ask('audit', 'verify')).toMatchObject({ exitCode: 0, json: { ok: true } });
    return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  };
  try {
    const places = await attempt(null);
    // Of many same ones in a row, the first and the last.
    const isBetween = (index: number) => places[index - 1] === places[index] && places[index] === places[index + 1];
    const points = choose(places.flatMap((place, index) => (isBetween(index) ? [] : pointsOf(place, index + 1))));
    const problems: string[] = [];
    for (const point of points) {
      await attempt(point).catch((error: unknown) => {
        problems.push(`${command.name}, ${point.when} ${point.at} (${places[point.at - 1]}): ${String(error)}`);
      });
    }
    return { points: places.length, problems };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await world.dispose();
  }
}

function pointsOf(place: string, at: number): CrashPoint[] {
  const whens: CrashPoint['when'][] = place.startsWith('write ') ? ['before', 'torn', 'after'] : ['before', 'after'];
  return whens.map((when) => ({ at, when }));
}

/** Whatever was cut off, `status` and `why` answer, or say in one error what to do. */
async function expectSaid(world: World): Promise<void> {
  for (const { exitCode, json } of await Promise.all([world.project.ask('status'), world.project.ask('why')])) {
    if (exitCode === 2) {
      const error = { code: expect.not.stringMatching('internal'), hint: expect.stringMatching(/\S/) };
      expect(json).toMatchObject({ error });
    } else expect(json).toMatchObject({ schema_version: 1 });
  }
}

/** Runs a command on a terminal, and types the passphrase where it is asked for. */
async function runCommand(
  world: World,
  argv: readonly string[],
  crash: Readonly<Record<string, string>>,
): Promise<void> {
  const preload = Object.keys(crash).length === 0 ? [] : ['--import', PRELOAD];
  const terminal = startOnPty([nodeProgram, ...preload, cesProgram(), ...argv], {
    cwd: world.root,
    env: { ...world.env, ...crash },
  });
  try {
    if (argv[0] === 'approve') {
      await terminal.waitFor(PASSPHRASE_PROMPT).then(
        () => terminal.write(`${PASSPHRASE}\r`),
        () => undefined, // it was cut off before, or has nothing to ask for any more
      );
    }
    await terminal.exit;
  } finally {
    await terminal.dispose();
  }
}
