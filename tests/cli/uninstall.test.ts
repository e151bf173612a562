import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cesProgram, createHome, type Home, nodeProgram, runCes } from '../support/built.js';
import { startOnPty } from '../support/pty.js';
import { createTempRepo, type TempRepo } from '../support/temp-repo.js';
import { listTree } from './tree.js';

let home: Home;
let repo: TempRepo;
beforeEach(() => {
  home = createHome();
  repo = createTempRepo({ 'README.md': '# A project\n', 'src/a.js': 'export const a = 1;\n' });
});
afterEach(() => {
  repo.dispose();
  home.dispose();
});

const ces = (...args: string[]) => runCes(args, { cwd: repo.root, env: home.env });

async function uninstall(...args: string[]): Promise<{ exitCode: number; output: string }> {
  const argv = [nodeProgram, cesProgram(), 'uninstall', '--all', '--yes', ...args];
  const terminal = startOnPty(argv, { cwd: repo.root, env: home.env });
  const { exitCode } = await terminal.exit;
  return { exitCode, output: terminal.output() };
}

test('puts the tree back to the byte, and leaves nothing of the project outside it', async () => {
  const before = listTree(repo.root);
  await ces('init');
  await ces('manifest', 'Change src/a.js', '--yes');
  await ces('verify');
  expect(listTree(repo.root)).not.toEqual(before);
  const { exitCode, output } = await uninstall();
  expect(exitCode).toBe(0);
  expect(output).toContain('.ces/');
  expect(listTree(repo.root)).toEqual(before);
  for (const folder of [
    join(home.folder, 'state/ces/projects'),
    join(home.folder, 'state/ces/roots'),
    join(home.folder, 'config/ces/pins'),
  ])
    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
  expect((await ces('status')).stderr).toContain('ces init');
});

test('asks first; without a terminal it is refused and recorded, with --yes as well', async () => {
  await ces('init');
  for (const args of [[], ['--yes']]) {
    const { exitCode, stderr } = await ces('uninstall', '--all', '--json', ...args);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('no_terminal');
  }
  const refused = await ces('audit', '--type', 'attempt.refused', '--json');
  expect(JSON.parse(refused.stdout)).toMatchObject({
    entries: [
      { summary: expect.stringContaining('ces uninstall') },
      { summary: expect.stringContaining('ces uninstall') },
    ],
  });
  const terminal = startOnPty([nodeProgram, cesProgram(), 'uninstall', '--all'], { cwd: repo.root, env: home.env });
  await terminal.waitFor(/\[y\/N\] /);
  terminal.write('no\r');
  expect((await terminal.exit).exitCode).toBe(1);
  expect((await ces('status')).exitCode).toBe(0);
});

test('is refused inside an agent, and the attempt is recorded', async () => {
  await ces('init');
  const { exitCode } = await runCes(['uninstall', '--all', '--yes'], {
    cwd: repo.root,
    env: { ...home.env, CLAUDECODE: '1' },
  });
  expect(exitCode).toBe(3);
  expect((await ces('audit', '--type', 'attempt.refused')).stdout).toContain('ces uninstall');
});

test('ends a root that lost its .ces/', async () => {
  await ces('init');
  renameSync(join(repo.root, '.ces'), join(home.folder, 'gone'));
  expect((await ces('uninstall', '--all', '--yes')).exitCode).toBe(3);
  expect((await uninstall()).exitCode).toBe(0);
  expect((await ces('status', '--json')).stderr).toContain('not_a_project');
});

test('what another checkout of the project uses stays', async () => {
  await ces('init');
  repo.commit('Govern it');
  const worktree = join(home.folder, 'worktree');
  repo.git('worktree', 'add', '--quiet', worktree);
  await runCes(['init'], { cwd: worktree, env: home.env });
  expect((await uninstall()).output).toMatch(/kept: state of proj-/);
  expect((await runCes(['status'], { cwd: worktree, env: home.env })).exitCode).toBe(0);
});
