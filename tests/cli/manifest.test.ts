import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCes } from '../support/built.js';
import {
  createGovernedProject,
  type GovernedProject,
  placeOperatorKey,
  signOnTerminal,
  textOf,
} from '../support/governed-project.js';

let project: GovernedProject;
beforeEach(async () => {
  project = await createGovernedProject({ beforeInit: placeOperatorKey });
});
afterEach(() => project.dispose());

test('shows the draft and records nothing without a yes', async () => {
  const { exitCode, stdout } = await project.ces('manifest', 'Change src/a.js');
  expect(exitCode).toBe(2);
  expect(stdout).toContain('Scope: src/a.js');
  const terminal = project.onTerminal('manifest', 'Change src/a.js');
  await terminal.waitFor(/\[y\/N\] /);
  terminal.write('\r');
  expect((await terminal.exit).exitCode).toBe(1);
  expect((await project.ask('status')).json).toMatchObject({ manifest: null });
});

test('narrow work is authorized by policy, and the agent takes it up', async () => {
  const made = await project.ask(
    'manifest',
    'Change a',
    '--scope',
    'src/**',
    '--deny',
    'src/b.js',
    '--acceptance',
    'It is 2',
    '--must-not-break',
    'the import',
    '--check',
    'quick',
    '--yes',
  );
  expect(made).toMatchObject({
    exitCode: 0,
    json: {
      state: 'authorized',
      manifest: { scope: { allow: ['src/**'], deny: ['src/b.js'] }, must_not_break: ['the import'] },
    },
  });
  const session = await project.connect();
  const taken = await session.call('ces_manifest');
  expect(taken.structured).toMatchObject({ state: 'in_progress', manifest_id: made.json.id, objective: 'Change a' });
  const second = await project.ces('manifest', 'Other', '--yes');
  expect(second.exitCode).toBe(2);
  expect(second.stderr).toContain(textOf(made.json, 'id'));
});

test('a tier below what CES sees does not spare the signature', async () => {
  const made = await project.ask(
    'manifest',
    'Rework the authentication and password storage',
    '--scope',
    'src/**',
    '--tier',
    'C',
    '--yes',
  );
  expect(made).toMatchObject({ json: { state: 'proposed', manifest: { risk: { tier: 'C' } } } });
  const id = textOf(made.json, 'id');
  expect((await project.ask('why')).json).toMatchObject({ next_command: `ces approve ${id}` });
  const { exitCode, output } = await signOnTerminal(project, [id]);
  expect(exitCode).toBe(0);
  expect(output).toContain('What you sign');
  expect((await project.ask('explain')).json).toMatchObject({
    state: 'authorized',
    authorized_by: expect.stringMatching(/^the operator: D-/),
    decisions: [{ kind: 'manifest', status: 'approved' }],
  });
});

test('reject tells the agent why, and --cancel ends it', async () => {
  const session = await project.connect();
  const asked = await session.call('ces_manifest', { objective: 'Rework the authentication', scope: ['**'] });
  expect(asked.structured.state).toBe('proposed');
  const rejected = await project.ask('reject', '--reason', 'Only the login page');
  expect(rejected).toMatchObject({
    exitCode: 0,
    json: {
      id: asked.structured.manifest_id,
      kind: 'manifest',
      decision: 'reject',
      signer: null,
      statement_path: null,
      signature_path: null,
      ledger: { sequence: expect.any(Number) },
    },
  });
  expect((await session.call('ces_manifest')).structured.feedback).toEqual(
    expect.arrayContaining([expect.stringContaining('Only the login page')]),
  );
  expect(await project.ask('reject', '--cancel', '--reason', 'Not now')).toMatchObject({
    exitCode: 0,
    json: { decision: 'cancel' },
  });
  expect((await project.ask('status')).json).toMatchObject({
    manifest: { state: 'cancelled' },
    next: 'ces manifest "REQUEST"',
  });
});

test('an amendment is granted by signature: what is new is shown', async () => {
  const session = await project.connect();
  await session.call('ces_manifest', { objective: 'Change a', scope: ['src/**'] });
  await session.call('ces_manifest', { amend: { scope: ['docs/**'], reason: 'the manual\u202E names it' } });
  const { exitCode, output } = await signOnTerminal(project, []);
  expect(exitCode).toBe(0);
  expect(output).toContain('+ docs/**');
  expect(output).toContain('the manual\\u{202E} names it');
  expect((await session.call('ces_manifest')).structured).toMatchObject({ scope: { allow: ['src/**', 'docs/**'] } });
});

test.each([
  ['manifest', 'Anything', '--yes'],
  ['reject', '--cancel', '--reason', 'x'],
])('%s is refused inside an agent', async (...args) => {
  const { exitCode } = await runCes(args, { cwd: project.repo.root, env: { ...project.home.env, CLAUDECODE: '1' } });
  expect(exitCode).toBe(3);
  expect((await project.ask('status')).json).toMatchObject({ manifest: null });
});
