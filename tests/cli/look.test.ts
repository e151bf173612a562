import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createGovernedProject,
  type GovernedProject,
  listOf,
  placeOperatorKey,
  signOnTerminal,
} from '../support/governed-project.js';
import { withDatabase } from '../support/project-state.js';
import { finishWork } from './agent-loop.js';
import { listTree } from './tree.js';

let project: GovernedProject;
beforeEach(async () => {
  project = await createGovernedProject({ beforeInit: placeOperatorKey });
});
afterEach(() => project.dispose());

test('nothing that only looks leaves a trace, in the project or outside it', async () => {
  const session = await project.connect();
  await finishWork(project, session, { 'src/a.js': 'export const a = 2;\n' });
  await session.close();
  const folders = [project.repo.root, project.home.folder];
  const before = folders.map(listTree);
  for (const line of [
    'status',
    'why',
    'explain',
    'explain --view decisioning',
    'explain --view brownfield',
    'audit',
    'audit verify',
    'verify --last',
    'key show',
  ])
    for (const json of [[], ['--json']]) {
      const { stdout } = await project.ces(...line.split(' '), ...json);
      expect(stdout).not.toBe('');
    }
  expect(folders.map(listTree)).toEqual(before);
});

test('before any work: status, why and explain say so', async () => {
  expect(await project.ask('status')).toEqual({
    exitCode: 0,
    json: {
      schema_version: 1,
      project_id: expect.stringMatching(/^proj-/),
      manifest: null,
      pending: [],
      findings: [],
      level: 0,
      next: 'ces manifest "REQUEST"',
    },
  });
  expect((await project.ask('why')).json).toEqual({
    schema_version: 1,
    blocker: expect.objectContaining({ kind: 'no_manifest' }),
    next_command: 'ces manifest "REQUEST"',
  });
  expect((await project.ces('explain')).stdout).toContain('No work was asked for yet.');
});

test('while it waits for the operator: what waits, its evidence, and the command', async () => {
  const session = await project.connect();
  const id = await finishWork(project, session, { 'src/a.js': 'export const a = 2;\n' });
  const status = await project.ask('status');
  expect(status).toMatchObject({
    exitCode: 0,
    json: {
      manifest: {
        id,
        state: 'under_review',
        delta: { modified: ['src/a.js'] },
        last_run: { verdict: 'pass', fresh: true },
      },
      pending: [{ id, kind: 'change' }],
      next: `ces approve ${id}`,
    },
  });
  expect(await project.ask('why')).toMatchObject({
    exitCode: 0,
    json: { blocker: { kind: 'waiting_for_operator' }, next_command: `ces approve ${id}` },
  });
  const text = await project.ces('status');
  expect(text.stdout).toContain('Waits for you');

  const explained = await project.ask('explain');
  expect(explained.json).toMatchObject({
    view: 'overview',
    manifest_id: id,
    acceptance_criteria: [{ id: 'AC-1', text: 'It is 2', evidence: [{ provenance: 'reported', summary: 'read it' }] }],
    changes: [{ path: 'src/a.js', kind: 'modified', in_scope: true, unattributed: false }],
    last_run: { verdict: 'pass' },
    authorized_by: expect.stringMatching(/^policy: /),
  });
  const [change] = listOf(explained.json, 'changes');
  // The watcher may have needed longer than the agent; then the gap or the silence is named, never made up.
  expect(change?.when).toEqual(expect.objectContaining({ path: 'src/a.js', seen: expect.any(Boolean) }));
  expect((await project.ask('explain', id, '--view', 'decisioning')).json).toMatchObject({
    claims: [{ accepted: true }],
    risk: { tier: 'B' },
  });
  expect((await project.ask('explain', 'M-000000000000')).exitCode).toBe(2);
});

test('the timeline says between which two calls a file was changed', async () => {
  const session = await project.connect();
  await session.call('ces_manifest', { objective: 'Change a', scope: ['src/**'] });
  const seen = async () => {
    const [change] = listOf((await project.ask('explain')).json, 'changes');
    return JSON.stringify(change?.when ?? null);
  };
  await expect
    .poll(
      async () => {
        project.repo.write('src/a.js', `export const a = ${Date.now()};\n`);
        return seen();
      },
      { timeout: 20_000 },
    )
    .toContain('"seen":true');
  await session.call('ces_status');
  await expect.poll(seen, { timeout: 20_000 }).toMatch(/"before":\{[^}]*ces_manifest.*"after":\{[^}]*ces_status/);
});

test('a path outside the scope is a finding: exit 1, named everywhere', async () => {
  const session = await project.connect();
  await session.call('ces_manifest', { objective: 'Change a', scope: ['src/**'] });
  project.repo.write('out\u202Eside.txt', 'x\n');
  for (const command of ['status', 'explain']) {
    const { exitCode, stdout } = await project.ces(command);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('out\\u{202E}side.txt');
    expect(stdout).not.toContain('\u202E');
  }
  const json = await project.ces('status', '--json');
  expect(json.stdout).not.toContain('\u202E');
  expect(json.json()).toMatchObject({ findings: [{ kind: 'scope_violation', path: 'out\u202Eside.txt' }] });
  expect(await project.ask('why')).toMatchObject({
    exitCode: 1,
    json: { blocker: { kind: 'scope_violation' }, next_command: 'ces explain' },
  });
});

test('a row that says approved is not believed', async () => {
  const session = await project.connect();
  const id = await finishWork(project, session, { 'src/a.js': 'export const a = 2;\n' });
  withDatabase(project.repo.root, (db) => db.prepare("UPDATE manifests SET state = 'approved' WHERE id = ?").run(id));
  const status = await project.ask('status');
  expect(status).toMatchObject({
    exitCode: 1,
    json: {
      manifest: { state: 'under_review', approval: null },
      findings: [{ kind: 'governance_tamper', severity: 'critical' }],
    },
  });
  expect((await project.ask('explain')).json).toMatchObject({ findings: [{ kind: 'governance_tamper' }] });
  expect(await project.ask('why')).toMatchObject({ exitCode: 1, json: { next_command: 'ces audit verify' } });
  expect(await project.ask('audit', 'verify')).toMatchObject({ exitCode: 1, json: { ok: false } });
  expect((await project.onTerminal('approve').exit).exitCode).toBe(2);
});

test('an approval that its files have left is stale', async () => {
  const session = await project.connect();
  await finishWork(project, session, { 'src/a.js': 'export const a = 2;\n' });
  expect((await signOnTerminal(project, [])).exitCode).toBe(0);
  expect((await project.ask('explain')).json).toMatchObject({ decisions: [{ kind: 'change', status: 'approved' }] });
  project.repo.write('src/a.js', 'export const a = 3;\n');
  expect(await project.ask('explain')).toMatchObject({
    exitCode: 1,
    json: { decisions: [{ kind: 'change', status: 'stale' }] },
  });
  expect((await project.ces('status')).stdout).toContain('stale');
  expect(await project.ask('why')).toMatchObject({
    exitCode: 1,
    json: { blocker: { kind: 'stale' }, next_command: 'ces explain' },
  });
});

test('verify runs the checks without a manifest; --last calls a run of other files stale', async () => {
  expect((await project.ces('verify', '--last')).exitCode).toBe(2);
  expect(await project.ask('verify')).toMatchObject({
    exitCode: 0,
    json: { verdict: 'pass', where: 'clean', fresh: true, checks: [{ id: 'quick', status: 'pass', exit_code: 0 }] },
  });
  expect(await project.ask('verify', '--last')).toMatchObject({ exitCode: 0, json: { verdict: 'pass', fresh: true } });
  project.repo.write('src/a.js', 'export const a = 3;\n');
  expect(await project.ask('verify', '--last')).toMatchObject({ exitCode: 1, json: { fresh: false } });
});

test('a failing check ends verify with exit code 1 and its reason', async () => {
  const other = await createGovernedProject({
    checks: { never: { status: 'required', argv: ['git', 'rev-parse', '--verify', 'nothing'] } },
  });
  try {
    const { exitCode, stdout } = await other.ces('verify');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/fail never/);
  } finally {
    await other.dispose();
  }
});

test('a ledger that was put back to an earlier state is noticed, and so is another project’s', async () => {
  const session = await project.connect();
  await session.call('ces_manifest', { objective: 'Change a', scope: ['src/**'] });
  await session.close();
  const database = join(project.repo.root, '.ces/state.db');
  const earlier = readFileSync(database);
  const again = await project.connect();
  await finishWork(project, again, { 'src/a.js': 'export const a = 2;\n' });
  await again.close();
  writeFileSync(database, earlier);
  expect(await project.ask('status')).toMatchObject({
    exitCode: 1,
    json: { findings: [{ kind: 'governance_tamper' }], next: 'ces audit verify' },
  });
  expect((await project.ask('audit', 'verify')).exitCode).toBe(1);

  const other = await createGovernedProject({});
  copyFileSync(join(other.repo.root, '.ces/state.db'), database);
  await other.dispose();
  const { exitCode, stderr } = await project.ces('status', '--json');
  expect(exitCode).toBe(2);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'unsafe_state' } });
});

test('what a blocked agent needs is shown as it said it, made safe', async () => {
  const session = await project.connect();
  await session.call('ces_manifest', { objective: 'Change a', scope: ['src/**'] });
  await session.call('ces_report_blocked', { reason: 'no access\u202E', needs: 'a token' });
  expect((await project.ask('explain')).json).toMatchObject({ state: 'blocked', blocked: [{ needs: 'a token' }] });
  expect((await project.ces('explain')).stdout).toContain('no access\\u{202E}');
});
