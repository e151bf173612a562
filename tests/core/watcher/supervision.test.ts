import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { buildProgram, isAlive, makeFolder, removeFolders, until, type Watched, watchFolder } from './rig.js';

let program: string;
let library: string;
let watched: Watched | null = null;

beforeAll(async () => {
  program = await buildProgram('src/core/watcher/process.ts');
  library = await buildProgram('src/core/watcher/watcher.ts');
});
afterEach(async () => {
  await watched?.watcher.stop();
  watched = null;
});
afterAll(removeFolders);

async function startIn(root: string, more: Parameters<typeof watchFolder>[2] = {}): Promise<Watched> {
  const started = watchFolder(root, program, more);
  watched = started;
  await until('watching', () => started.watcher.state() === 'watching');
  return started;
}

function pidOf({ watcher }: Watched): number {
  const pid = watcher.pid();
  if (pid === null) throw new Error('the watcher has no process');
  return pid;
}

test('the time until the first look is done is a gap that closes', async () => {
  const { gaps, states } = await startIn(makeFolder());
  expect(gaps.map(({ kind, to }) => [kind, to === null])).toEqual([
    ['starting', true],
    ['starting', false],
  ]);
  expect(states).toEqual(['watching']);
});

test('files that were there before are no events', async () => {
  const root = makeFolder();
  writeFileSync(join(root, 'old'), '1');
  const { events } = await startIn(root);
  writeFileSync(join(root, 'new'), '1');
  await until('new', () => events.some(({ path }) => path === 'new'));
  expect(events.some(({ path }) => path === 'old')).toBe(false);
});

test('a killed watcher leaves a gap, comes back, and repeats nothing that it finds', async () => {
  const root = makeFolder();
  const started = await startIn(root);
  const pid = pidOf(started);
  process.kill(pid, 'SIGKILL');
  await until('restarting', () => started.states.includes('restarting'));
  writeFileSync(join(root, 'while-dead'), '1');
  await until('watching again', () => started.watcher.state() === 'watching');
  const gap = started.watcher.gaps().find(({ kind }) => kind === 'killed');
  expect(gap).toMatchObject({ detail: 'signal SIGKILL' });
  expect(Date.parse(gap?.to ?? '')).toBeGreaterThan(Date.parse(gap?.from ?? ''));
  expect(pidOf(started)).not.toBe(pid);
  writeFileSync(join(root, 'afterwards'), '1');
  await until('afterwards', () => started.events.some(({ path }) => path === 'afterwards'));
  expect(started.states).toEqual(['watching', 'restarting', 'starting', 'watching']);
});

test('a suspended watcher leaves a gap that closes when it goes on, and tells what it missed', async () => {
  const root = makeFolder();
  const started = await startIn(root);
  const pid = pidOf(started);
  process.kill(pid, 'SIGSTOP');
  await until('suspended', () => started.watcher.state() === 'suspended');
  expect(started.gaps.at(-1)).toMatchObject({ kind: 'suspended', to: null });
  writeFileSync(join(root, 'meanwhile'), '1');
  process.kill(pid, 'SIGCONT');
  await until('watching again', () => started.watcher.state() === 'watching');
  const gap = started.gaps.at(-1);
  expect(gap?.kind).toBe('suspended');
  expect(Date.parse(gap?.to ?? '')).toBeGreaterThan(Date.parse(gap?.from ?? ''));
  await until('meanwhile', () => started.events.some(({ path }) => path === 'meanwhile'));
});

test('a caller whose own loop was blocked does not take that for silence, and gets every event', async () => {
  const root = makeFolder();
  const started = await startIn(root, { heartbeatMs: 100 });
  const paths = Array.from({ length: 300 }, (_, index) => `f${index}`);
  const end = Date.now() + 1000;
  for (const path of paths) writeFileSync(join(root, path), '1');
  while (Date.now() < end);
  const unseen = () => paths.filter((path) => !started.events.some((event) => event.path === path));
  await until('all', () => unseen().length === 0).catch((error: unknown) => {
    throw new Error(
      `${String(error)}; unseen: ${unseen().slice(0, 5)}; ${started.states}; ${JSON.stringify(started.gaps)}`,
    );
  });
  expect(started.states).toEqual(['watching']);
});

test('stop hands over what was seen, ends the process and leaves an open gap', async () => {
  const root = makeFolder();
  const started = await startIn(root);
  const pid = pidOf(started);
  writeFileSync(join(root, 'first'), '1');
  await until('first', () => started.events.some(({ path }) => path === 'first'));
  await started.watcher.stop();
  expect(isAlive(pid)).toBe(false);
  expect(started.watcher.state()).toBe('stopped');
  expect(started.watcher.gaps().filter(({ to }) => to === null)).toMatchObject([{ kind: 'stopped' }]);
  expect(started.watcher.pid()).toBeNull();
});

test('stop also ends a suspended watcher', async () => {
  const started = await startIn(makeFolder());
  const pid = pidOf(started);
  process.kill(pid, 'SIGSTOP');
  await started.watcher.stop();
  expect(isAlive(pid)).toBe(false);
});

test('a watcher that keeps dying is given up, and its gap stays open', async () => {
  const dying = join(makeFolder(), 'dies.mjs');
  writeFileSync(dying, 'process.exit(7);\n');
  const started = watchFolder(makeFolder(), dying);
  watched = started;
  await until('failed', () => started.watcher.state() === 'failed');
  expect(started.watcher.gaps().filter(({ to }) => to === null)).toMatchObject([
    { kind: 'killed', detail: 'exit code 7' },
  ]);
});

test('a Node that is not there is a failure, not a crash', async () => {
  const started = watchFolder(makeFolder(), program, { node: '/nonexistent/node' });
  watched = started;
  await until('failed', () => started.watcher.state() === 'failed');
});

test('many notifications within a second are recorded as a burst', async () => {
  const root = makeFolder();
  const started = await startIn(root, { burstLimit: 50 });
  for (let index = 0; index < 200; index += 1) writeFileSync(join(root, `f${index}`), '1');
  await until('burst', () => started.gaps.some(({ kind }) => kind === 'burst'));
  await until('end of the burst', () => started.gaps.some(({ kind, to }) => kind === 'burst' && to !== null));
});

test('a folder that can not be read does not end the watcher', async () => {
  const root = makeFolder();
  const closed = join(root, 'closed');
  mkdirSync(closed);
  chmodSync(closed, 0);
  const started = await startIn(root);
  const late = join(root, 'late');
  mkdirSync(late, { mode: 0 });
  writeFileSync(join(root, 'file'), '1');
  await until('file', () => started.events.some(({ path }) => path === 'file'));
  if (process.getuid?.() !== 0)
    await until('gap', () => started.gaps.some(({ kind, detail }) => kind === 'limit' && detail === 'EACCES closed'));
  expect(started.states).toEqual(['watching']);
  for (const folder of [closed, late]) chmodSync(folder, 0o700); // so that it can be removed
});

function runCaller(body: string): ChildProcess {
  const script = join(makeFolder(), 'caller.mjs');
  const options = JSON.stringify({ root: makeFolder(), program, node: process.execPath });
  writeFileSync(
    script,
    `import { startWatcher } from ${JSON.stringify(library)};
     const quiet = { onEvents() {}, onGap() {} };
     const watcher = startWatcher({ ...${options}, ...quiet, onState(state) { ${body} } });
     if (process.argv[2]) setTimeout(() => {}, 60000);`,
  );
  return spawn(process.execPath, body === '' ? [script] : [script, 'stay'], { stdio: ['ignore', 'pipe', 'inherit'] });
}

test('when its caller is killed, the watcher is gone', async () => {
  const caller = runCaller('console.log(watcher.pid())');
  let output = '';
  caller.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  await until('the pid', () => output.includes('\n'));
  const pid = Number(output);
  expect(isAlive(pid)).toBe(true);
  caller.kill('SIGKILL');
  await until('end of the watcher', () => !isAlive(pid));
});

test('a watcher does not keep its caller alive', async () => {
  const caller = runCaller('');
  await until('end of the caller', () => caller.exitCode !== null);
  expect(caller.exitCode).toBe(0);
});
