import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCes } from '../support/built.js';
import {
  createGovernedProject,
  type GovernedProject,
  listOf,
  placeOperatorKey,
  signOnTerminal,
} from '../support/governed-project.js';
import { PASSPHRASE } from '../support/keys.js';
import type { McpSession } from '../support/mcp-client.js';
import { finishWork } from './agent-loop.js';

let project: GovernedProject;
let session: McpSession;
beforeEach(async () => {
  project = await createGovernedProject({ beforeInit: placeOperatorKey });
  session = await project.connect();
});
afterEach(() => project.dispose());

const attempts = async () => listOf((await project.ask('audit', '--type', 'attempt.refused')).json, 'entries');

test('shows everything that is signed, and the signature is good by the printed command alone', async () => {
  await finishWork(project, session, { 'src/a.js': 'export const a = 2;\n' });
  const terminal = project.onTerminal('approve');
  await terminal.waitFor(/Approve change M-\w+\? \[y\/N\] /);
  const shown = terminal.output();
  for (const part of [
    'Raise the constant',
    'modified: src/a.js',
    '-export const a = 1;',
    '+export const a = 2;',
    'Files that differ: 1; shown in full: 1',
    'reported E-',
    'pass quick',
    'No path was changed before the work began',
    'candidate sha256 ',
    'gitTree ',
    'on base ',
  ])
    expect(shown).toContain(part);
  terminal.write('y\r');
  await terminal.waitFor(/Enter passphrase[^\n]*: ?$/);
  terminal.write(`${PASSPHRASE}\r`);
  expect((await terminal.exit).exitCode).toBe(0);
  const command = /^ *(ssh-keygen -Y verify .*?)\r?$/m.exec(terminal.output())?.[1] ?? 'false';
  expect(execFileSync('sh', ['-c', command], { encoding: 'utf8' })).toContain(
    'Good "ces-approval" signature for ada@example.com',
  );
  const bytes = /statement: (\d+) bytes, sha256 ([0-9a-f]{64})/.exec(shown);
  const path = /< (\S+)/.exec(command)?.[1] ?? '';
  const statement = readFileSync(path);
  expect(bytes?.[1]).toBe(String(statement.length));
  expect(createHash('sha256').update(statement).digest('hex')).toBe(bytes?.[2]);
  expect(await project.ask('status')).toMatchObject({
    exitCode: 0,
    json: { manifest: { state: 'approved', approval: { status: 'approved', signer: 'ada@example.com' } } },
  });
  expect((await project.ask('why')).json).toMatchObject({ blocker: null, next_command: 'git commit' });
});

test('makes visible what would hide or reorder text, and counts what can not be shown', async () => {
  const trap = 'export const a = 2; \u202E// \u001B[2Kgone\u200B\n';
  await finishWork(project, session, { 'src/a.js': trap, 'src/blob.bin': Buffer.from([0, 1, 2]) });
  const terminal = project.onTerminal('approve', '--no-color');
  await terminal.waitFor(/\[y\/N\] /);
  const shown = terminal.output();
  expect(shown).toContain('+export const a = 2; \\u{202E}// \\u{1B}[2Kgone\\u{200B}');
  expect(shown).not.toContain('\u202E');
  expect(shown).toContain('Files that differ: 2; shown in full: 1; not shown in full: 1');
  expect(shown).toContain('src/blob.bin (binary)');
  terminal.write('n\r');
  expect((await terminal.exit).exitCode).toBe(1);
  expect((await project.ask('status')).json).toMatchObject({ manifest: { state: 'under_review', approval: null } });
});

test('answers with one object in JSON mode, and says when the files moved on meanwhile', async () => {
  const id = await finishWork(project, session, { 'src/a.js': 'export const a = 2;\n' });
  const { exitCode, output } = await signOnTerminal(project, ['--json'], () =>
    project.repo.write('src/a.js', 'export const a = 3;\n'),
  );
  expect(exitCode).toBe(1);
  const json: unknown = JSON.parse(/^\{"schema_version".*\}$/m.exec(output)?.[0] ?? 'null');
  expect(json).toMatchObject({
    id: expect.stringMatching(/^D-/),
    target: id,
    kind: 'change',
    decision: 'approve',
    signer: 'ada@example.com',
    candidate_tree: expect.stringMatching(/^sha256:/),
    statement_path: expect.stringMatching(/^\.ces\/exports\/D-\w+\.statement\.json$/),
    signature_path: expect.stringMatching(/\.sig$/),
    ledger: { sequence: expect.any(Number), head: expect.stringMatching(/^[0-9a-f]{64}$/) },
    moved_on: expect.stringContaining('differ'),
  });
  const status = await project.ask('status');
  expect(status).toMatchObject({ exitCode: 1, json: { manifest: { approval: { status: 'stale' } } } });
});

test('is refused without a terminal and inside an agent, and both attempts are recorded', async () => {
  await finishWork(project, session, { 'src/a.js': 'export const a = 2;\n' });
  const piped = await project.ces('approve', '--yes', '--json');
  expect(piped).toMatchObject({ exitCode: 3, stdout: '' });
  expect(JSON.parse(piped.stderr)).toMatchObject({ error: { type: 'forbidden', code: 'no_terminal', exit_code: 3 } });
  const marked = await runCes(['approve', '--yes'], {
    cwd: project.repo.root,
    env: { ...project.home.env, CLAUDECODE: '1' },
  });
  expect(marked).toMatchObject({ exitCode: 3, stdout: '' });
  expect(marked.stderr).toContain('CLAUDECODE');
  expect((await attempts()).map((entry) => entry.summary)).toEqual([
    'ces approve: called without a terminal',
    'ces approve: called from inside an agent (CLAUDECODE)',
  ]);
  expect((await project.ask('status')).json).toMatchObject({ manifest: { state: 'under_review' } });
});

test('of many attempts in an hour twenty are recorded', async () => {
  for (let round = 0; round < 4; round += 1) await Promise.all(Array.from({ length: 6 }, () => project.ces('approve')));
  expect(await attempts()).toHaveLength(20);
});

test('work that is not ready ends with exit code 1 and every finding that stands against it', async () => {
  await finishWork(project, session, { 'src/a.js': 'export const a = 2;\n' });
  project.repo.write('src/a.js', 'export const a = 3;\n');
  project.repo.write('outside.txt', 'no\n');
  const terminal = project.onTerminal('approve', '--no-color');
  expect((await terminal.exit).exitCode).toBe(1);
  expect(terminal.output()).toContain('Not ready');
  expect(terminal.output()).toMatch(/scope_violation outside\.txt/);
  expect(terminal.output()).toMatch(/stale|check_missing/);
  expect(terminal.output()).not.toMatch(/passphrase/i);
});

test('a waiver needs a reason and a finding that exists, and is shown and signed', async () => {
  await finishWork(project, session, { 'src/a.js': 'export const a = 2;\n' });
  project.repo.write('outside.txt', 'one\n');
  const refused = project.onTerminal('approve', '--json');
  expect((await refused.exit).exitCode).toBe(1);
  const answer: unknown = JSON.parse(/^\{"schema_version".*\}$/m.exec(refused.output())?.[0] ?? 'null');
  const ids = listOf(answer, 'findings').map((finding) => String(finding.id));
  expect(ids.length).toBeGreaterThan(0);

  expect((await project.onTerminal('approve', '--waive', ids[0] ?? '').exit).exitCode).toBe(2);
  const unknown = project.onTerminal('approve', '--waive', 'F-000000000000', '--reason', 'why not');
  expect((await unknown.exit).exitCode).toBe(2);
  const waivers = ids.flatMap((id) => ['--waive', id, '--reason', `accepted ${id}`]);
  const { exitCode, output } = await signOnTerminal(project, waivers);
  expect(exitCode).toBe(0);
  expect(output).toContain(`waived ${ids[0]}`);
  const path = /(\.ces\/exports\/D-\w+\.statement\.json)\b/.exec(output)?.[1] ?? '';
  const statement: unknown = JSON.parse(project.repo.read(path));
  expect(statement).toMatchObject({
    predicate: { waivers: expect.arrayContaining([{ finding: ids[0], reason: `accepted ${ids[0]}` }]) },
  });
});

test('a link in the change is shown by its target', async () => {
  const id = await finishWork(project, session, { 'src/a.js': 'export const a = 2;\n' });
  symlinkSync('a.js', join(project.repo.root, 'src/b.js'));
  const terminal = project.onTerminal('approve', id, '--no-color');
  expect((await terminal.exit).exitCode).toBe(1);
  expect(terminal.output()).toMatch(/created: src\/b\.js\r?\n {2}link/);
  expect(terminal.output()).toContain('+a.js');
});

test('a wrong passphrase signs nothing', async () => {
  await finishWork(project, session, { 'src/a.js': 'export const a = 2;\n' });
  const terminal = project.onTerminal('approve', '--yes');
  await terminal.waitFor(/Enter passphrase[^\n]*: ?$/);
  terminal.write('not the passphrase\r');
  expect((await terminal.exit).exitCode).toBe(2);
  expect((await project.ask('audit', '--type', 'decision.signed')).json).toMatchObject({ entries: [] });
});

test('with nothing waiting it says so', async () => {
  const terminal = project.onTerminal('approve');
  expect((await terminal.exit).exitCode).toBe(2);
  expect(terminal.output()).toContain('Nothing waits for a decision.');
});
