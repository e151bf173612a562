import { existsSync, lstatSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cesProgram, createHome, type Home, nodeProgram, runCes } from '../support/built.js';
import { startOnPty } from '../support/pty.js';
import { createTempRepo, type TempRepo } from '../support/temp-repo.js';

let home: Home;
let repo: TempRepo;
beforeEach(() => {
  home = createHome();
  repo = createTempRepo();
});
afterEach(() => {
  repo.dispose();
  home.dispose();
});

const ces = (...args: string[]) => runCes(args, { cwd: repo.root, env: home.env });

test('makes a private .ces/, pins its policy, and prints the next steps', async () => {
  const { exitCode, stdout, stderr } = await ces('init', 'Billing service');
  expect(exitCode).toBe(0);
  expect(stderr).toContain('ces key create');
  expect(stdout).toContain('git add .ces');
  expect(lstatSync(join(repo.root, '.ces')).mode & 0o777).toBe(0o700);
  expect(lstatSync(join(repo.root, '.ces/state.db')).mode & 0o777).toBe(0o600);
  const pin = /project_id: (proj-[0-9a-f]{24})/.exec(repo.read('.ces/policy.yaml'))?.[1] ?? '';
  expect(existsSync(join(home.env.XDG_CONFIG_HOME ?? '', 'ces', 'pins', pin))).toBe(true);
  repo.commit('Govern it');
  expect(repo.git('ls-files', '.ces').split('\n').sort()).toEqual([
    '.ces/.gitignore',
    '.ces/allowed_signers',
    '.ces/policy.yaml',
  ]);
});

test('answers with one object in JSON mode', async () => {
  const result = await ces('--json', 'init');
  expect(JSON.parse(result.stdout)).toMatchObject({
    schema_version: 1,
    project_id: expect.stringMatching(/^proj-[0-9a-f]{24}$/),
    root: repo.root,
    joined: false,
    signer: null,
  });
});

test('refuses a second time and changes nothing', async () => {
  await ces('init');
  const policy = repo.read('.ces/policy.yaml');
  const { exitCode, stderr } = await ces('init', '--json');
  expect(exitCode).toBe(2);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'already_initialized' } });
  expect(repo.read('.ces/policy.yaml')).toBe(policy);
});

test('refuses a .ces that is a link, and so does every other command', async () => {
  const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), 'ces-elsewhere-')));
  symlinkSync(elsewhere, join(repo.root, '.ces'));
  for (const command of ['init', 'status']) {
    const { exitCode, stderr } = await ces(command, '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'unsafe_state' } });
  }
  rmSync(elsewhere, { recursive: true });
});

test('refuses a folder inside a repository, and warns inside another project', async () => {
  mkdirSync(join(repo.root, 'packages/one'), { recursive: true });
  const inside = await ces('init', '--project-root', join(repo.root, 'packages/one'));
  expect(inside.exitCode).toBe(2);
  expect(inside.stderr).toContain(`ces init --project-root ${repo.root}`);
  await ces('init');
  repo.git('init', '--quiet', 'packages/one');
  const nested = await ces('init', '--project-root', join(repo.root, 'packages/one'));
  expect(nested.exitCode).toBe(0);
  expect(nested.stderr).toContain('Warning');
});

test('is the operator’s: an agent’s shell is refused', async () => {
  const { exitCode } = await runCes(['init'], { cwd: repo.root, env: { ...home.env, CLAUDECODE: '1' } });
  expect(exitCode).toBe(3);
  expect(existsSync(join(repo.root, '.ces'))).toBe(false);
});

test('a governed root that lost its .ces/ is halted, and not made anew', async () => {
  await ces('init');
  renameSync(join(repo.root, '.ces'), join(repo.root, 'gone'));
  for (const command of ['status', 'why', 'explain', 'audit', 'init']) {
    const { exitCode, stderr } = await ces(command, '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'root_lost_state', message: expect.stringContaining(repo.root) },
    });
  }
});

test('a worktree of a governed repository says what to do', async () => {
  await ces('init');
  const worktree = `${repo.root}-worktree`;
  repo.git('worktree', 'add', '--quiet', worktree);
  try {
    const { exitCode, stderr } = await runCes(['status', '--json'], { cwd: worktree, env: home.env });
    expect(exitCode).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'root_lost_state', hint: expect.stringContaining(`ces init --project-root ${worktree}`) },
    });
    expect((await runCes(['init'], { cwd: worktree, env: home.env })).exitCode).toBe(0);
  } finally {
    rmSync(worktree, { recursive: true });
  }
});

test('on a terminal it offers the key, and a no is taken for a no', async () => {
  const terminal = startOnPty([nodeProgram, cesProgram(), 'init'], { cwd: repo.root, env: home.env });
  await terminal.waitFor(/Make it now\? \[y\/N\] /);
  terminal.write('n\r');
  expect((await terminal.exit).exitCode).toBe(0);
  expect(terminal.output()).toContain('ces key create');
  expect(existsSync(join(home.env.XDG_CONFIG_HOME ?? '', 'ces', 'id_ces'))).toBe(false);
});

test('a policy that a clone brings along and that is looser than the built-in one is not believed', async () => {
  await ces('init');
  const policy = repo.read('.ces/policy.yaml');
  rmSync(join(repo.root, '.ces'), { recursive: true });
  rmSync(join(home.env.XDG_STATE_HOME ?? '', 'ces'), { recursive: true });
  rmSync(join(home.env.XDG_CONFIG_HOME ?? '', 'ces', 'pins'), { recursive: true });
  for (const [text, pinned] of [
    [policy.replace('A: never', 'A: always'), false],
    [policy.replace('max_files: 60', 'max_files: 9000'), false],
    [policy.replace('B: narrow', 'B: never'), true],
  ] as const) {
    repo.write('.ces/policy.yaml', text);
    expect((await ces('init', '--json')).json()).toMatchObject({ joined: true, pinned });
    rmSync(join(repo.root, '.ces'), { recursive: true });
    rmSync(join(home.env.XDG_STATE_HOME ?? '', 'ces'), { recursive: true });
  }
});
