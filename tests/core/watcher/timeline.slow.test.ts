import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { cesProgram, nodeProgram } from '../../support/built.js';
import { pollUntil } from '../../support/deadline.js';
import { beginTimeline, checkTimeline, removeFile, type Timeline } from './timeline-rig.js';

let timeline: Timeline | null = null;
afterEach(async () => {
  await timeline?.dispose();
  timeline = null;
});

async function begin(...args: Parameters<typeof beginTimeline>): Promise<Timeline> {
  timeline = await beginTimeline(...args);
  return timeline;
}

function write(target: Timeline, path: string): void {
  target.change(path, () => target.project.repo.write(path, `${Math.random()}`));
}

const kindsOf = (target: Timeline) => target.gaps().map(({ kind }) => kind);
const post = (target: Timeline) => target.call('ces_status');

test('what is made, changed and removed between calls that follow at once has the calls around it', async () => {
  const target = await begin();
  for (let index = 0; index < 15; index += 1) {
    write(target, `src/f${index}.js`);
    write(target, 'src/a.js');
    await post(target);
    if (index % 5 === 4) target.change(`src/f${index}.js`, () => removeFile(target, `src/f${index}.js`));
  }
  target.change('README.md', () => removeFile(target, 'README.md'));
  await post(target);
  // What was made and removed since the start is in no comparison.
  const kept = target.changes.filter(({ path }) => !/f(4|9|14)\.js/.test(path));
  await checkTimeline({ ...target, changes: kept });
  expect(kindsOf(target)).toEqual(['starting']);
});

test('what changes while the watcher is suspended for long, for a moment, or until it is killed, is seen or in a gap', async () => {
  const target = await begin();
  write(target, 'src/before.js');
  await post(target);
  const pid = target.watcherPid();
  process.kill(pid, 'SIGSTOP');
  write(target, 'src/long.js');
  await pollUntil(() => kindsOf(target).includes('suspended'), { message: 'the silence is a gap' });
  await post(target);
  write(target, 'src/a.js');
  process.kill(pid, 'SIGCONT');
  await pollUntil(() => target.gaps().every(({ to }) => to !== null), { message: 'the gap ends' });

  process.kill(pid, 'SIGSTOP');
  write(target, 'src/moment.js');
  target.change('README.md', () => removeFile(target, 'README.md'));
  await post(target);
  process.kill(pid, 'SIGCONT');
  await post(target);

  process.kill(pid, 'SIGSTOP');
  write(target, 'src/killed.js');
  process.kill(pid, 'SIGKILL');
  await pollUntil(() => target.gaps().some(({ kind, to }) => kind === 'killed' && to !== null), {
    message: 'it is back',
  });
  await post(target);
  write(target, 'src/after.js');
  await post(target);
  await checkTimeline(target);
});

test('what changes while the server is suspended is seen when it goes on, without a gap', async () => {
  const target = await begin();
  process.kill(target.serverPid(), 'SIGSTOP');
  for (let index = 0; index < 200; index += 1) write(target, `src/f${index}.js`);
  const waiting = post(target);
  const end = Date.now() + 5000;
  await pollUntil(() => Date.now() > end, { message: 'more heartbeats than make a silence', everyMs: 100 });
  process.kill(target.serverPid(), 'SIGCONT');
  await waiting;
  await checkTimeline(target);
  expect(kindsOf(target)).toEqual(['starting']);
});

test('what changes while no server runs, however it ended, is in a gap that ends when one watches again', async () => {
  const target = await begin();
  write(target, 'src/a.js');
  await target.killServer();
  write(target, 'src/unwatched.js');
  await checkTimeline({ ...target, changes: target.changes.filter(({ path }) => path === 'src/a.js') }).catch(
    () => null,
  );
  await target.startServer();
  await pollUntil(() => target.gaps().every(({ to }) => to !== null), { message: 'no gap is left open' });
  write(target, 'src/later.js');
  await post(target);
  await checkTimeline(target);
});

test('a dead watcher is no gap of the project while the one of another server watches', async () => {
  const target = await begin();
  const first = target.serverPid();
  const watcher = target.watcherPid();
  await target.startServer();
  expect(target.serverPid()).not.toBe(first);
  process.kill(watcher, 'SIGSTOP');
  await pollUntil(() => kindsOf(target).includes('suspended'), { message: 'the silence of the one is recorded' });
  write(target, 'src/a.js');
  await post(target);
  await checkTimeline(target);
  const { json } = await target.project.ask('explain');
  expect(JSON.stringify(json.changes)).not.toContain('suspended');
  process.kill(watcher, 'SIGCONT');
});

/** A user namespace has limits and mounts of its own: nobody else is touched. */
const IN_NAMESPACE = ['unshare', '--user', '--map-root-user', '--mount'];
const canUnshare =
  process.platform === 'linux' && spawnSync('unshare', [...IN_NAMESPACE.slice(1), 'true']).status === 0;
if (!canUnshare) process.stderr.write('SKIPPED: no user namespace here, so neither a limit nor a mount can be tried\n');

test.runIf(canUnshare).each([
  ['watches', 'max_inotify_watches', 12],
  ['instances', 'max_inotify_instances', 0],
])('where the system refuses more %s, what is not seen is in a gap', async (_name, setting, limit) => {
  const lower = `echo ${limit} > /proc/sys/user/${setting} && exec "$@"`;
  const target = await begin({}, [...IN_NAMESPACE, 'sh', '-c', lower, 'sh']);
  for (let index = 0; index < 20; index += 1) write(target, `src/folder${index}/f.js`);
  await post(target);
  for (let index = 0; index < 20; index += 1) write(target, `src/folder${index}/f.js`);
  await post(target);
  // Waiting for the operator watches as well.
  const amend = { scope: ['docs/**'], reason: 'The docs name it' };
  expect(await target.call('ces_manifest', { amend, wait_seconds: 1 })).not.toMatchObject({ isError: true });
  await checkTimeline(target);
  expect(kindsOf(target)).toContain('limit');
});

test.runIf(canUnshare)('what is mounted over a watched folder is a gap, and is watched from then on', async () => {
  const target = await begin({}, IN_NAMESPACE);
  const { root } = target.project.repo;
  const inside = ['-t', `${target.serverPid()}`, '--user', '--mount', '--preserve-credentials'];
  const enter = (...argv: string[]) => {
    const { status, stdout, stderr } = spawnSync('nsenter', [...inside, ...argv], {
      cwd: root,
      env: { ...target.project.home.env },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
    return stdout;
  };
  const put = (path: string) =>
    target.change(path, () => writeInside(`/proc/${target.serverPid()}/root${root}/${path}`));
  target.change('src/a.js', () => enter('mount', '-t', 'tmpfs', 'none', join(root, 'src')));
  put('src/mounted.js');
  await pollUntil(() => target.gaps().some(({ kind, to }) => kind === 'mount' && to !== null), {
    message: 'it is noticed',
  });
  await post(target);
  put('src/watched.js');
  await post(target);
  const explain = async () => ({
    exitCode: 0,
    json: JSON.parse(enter(nodeProgram, cesProgram(), 'explain', '--json', '--project-root', root)),
  });
  await checkTimeline(target, explain);
  const { json } = await explain();
  expect(json.changes).toContainEqual(
    expect.objectContaining({ path: 'src/watched.js', when: expect.objectContaining({ seen: true }) }),
  );
});

function writeInside(path: string): void {
  writeFileSync(path, '1');
}
