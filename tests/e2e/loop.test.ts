import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { runCes } from '../support/built.js';
import { pollUntil } from '../support/deadline.js';
import {
  type GovernedProject,
  listOf,
  PASSPHRASE_PROMPT,
  signOnTerminal,
  textOf,
} from '../support/governed-project.js';
import { PASSPHRASE, verifyBytes } from '../support/keys.js';
import type { McpSession } from '../support/mcp-client.js';
import {
  CHANGED,
  editOneLine,
  finishWork,
  governThisRepository,
  makeChange,
  prepareClaim,
  REQUEST,
  readExports,
  takeUp,
  verifyPasses,
} from './loop-rig.js';

let open: GovernedProject[] = [];
afterEach(async () => {
  for (const project of open) await project.dispose();
  open = [];
});

async function start(...args: Parameters<typeof governThisRepository>): Promise<[GovernedProject, McpSession]> {
  const project = await governThisRepository(...args);
  open.push(project);
  return [project, await project.connect()];
}

const kindsOf = (answer: unknown): unknown[] => listOf(answer, 'findings').map(({ kind }) => kind);
const findingsOf = (answer: unknown, kind: string) =>
  listOf(answer, 'findings').filter((finding) => finding.kind === kind);

async function createKey(project: GovernedProject): Promise<void> {
  const terminal = project.onTerminal('key', 'create');
  try {
    for (const prompt of [/New passphrase: /, /The same again: /]) {
      await terminal.waitFor(prompt);
      terminal.write(`${PASSPHRASE}\r`);
    }
    expect(await terminal.exit).toMatchObject({ exitCode: 0 });
    expect(terminal.output()).not.toContain(PASSPHRASE);
  } finally {
    await terminal.dispose();
  }
}

describe('on a clone of this repository', () => {
  test('a change goes from manifest to an approval that ssh-keygen accepts, typed on a terminal', async () => {
    const [project, mcp] = await start(createKey);
    const { repo, home } = project;

    const manifest = await takeUp(mcp);
    const early = await mcp.call('ces_completion_claim', {
      manifest_id: manifest,
      summary: 'Done',
      files_changed: [...CHANGED],
      criteria: [],
    });
    expect(early.structured).toMatchObject({ accepted: false, claimed_unchanged: [...CHANGED].sort() });
    expect(kindsOf(early.structured)).toEqual(
      expect.arrayContaining(['check_missing', 'criterion_unaddressed', 'evidence_mismatch']),
    );

    makeChange(project);
    const claim = await prepareClaim(mcp, manifest);
    await verifyPasses(mcp);
    const accepted = (await mcp.call('ces_completion_claim', claim)).structured;
    expect(accepted).toMatchObject({
      accepted: true,
      state: 'under_review',
      delta: { created: [], modified: [...CHANGED].sort(), deleted: [] },
      claimed_unchanged: [],
      changed_unclaimed: [],
    });

    const waiting = await project.ask('status');
    expect(waiting.json).toMatchObject({
      manifest: { id: manifest, state: 'under_review' },
      pending: [{ id: manifest, kind: 'change' }],
      next: `ces approve ${manifest}`,
    });

    const terminal = project.onTerminal('approve', manifest);
    await terminal.waitFor(/\[y\/N\] $/);
    const shown = terminal.output();
    for (const text of [REQUEST.objective, ...CHANGED, 'export function countPassed', 'unit', 'What you sign'])
      expect(shown).toContain(text);
    terminal.write('y\r');
    await terminal.waitFor(PASSPHRASE_PROMPT);
    terminal.write(`${PASSPHRASE}\r`);
    expect(await terminal.exit).toMatchObject({ exitCode: 0 });
    expect(terminal.output()).toMatch(/Approved: D-[0-9a-f]{12}/);
    expect(terminal.output()).not.toContain(PASSPHRASE);

    const [exported, ...others] = readExports(project);
    expect(others).toEqual([]);
    const bytes = exported?.bytes ?? Buffer.alloc(0);
    const allowedSigners = join(home.env.XDG_CONFIG_HOME ?? '', 'ces', 'allowed_signers');
    const status = await project.ask('status');
    expect(status).toMatchObject({
      exitCode: 0,
      json: {
        manifest: { state: 'approved', approval: { status: 'approved' } },
        pending: [],
        findings: [],
        next: 'git commit',
      },
    });
    const { manifest: row }: { manifest?: unknown } = status.json;
    const { approval }: { approval?: unknown } = { ...(typeof row === 'object' ? row : null) };
    const files = { allowedSigners, signature: exported?.signaturePath ?? '', principal: textOf(approval, 'signer') };
    expect(await verifyBytes(files, bytes)).toBe(true);
    expect(await verifyBytes(files, Buffer.concat([bytes, Buffer.from(' ')]))).toBe(false);

    // What was signed is what git would commit.
    repo.git('add', '--all');
    expect(exported?.statement).toMatchObject({
      subject: [{ name: 'candidate' }, { name: 'gitTree', digest: { gitTree: repo.git('write-tree') } }],
      predicate: {
        kind: 'change',
        base: { commit: repo.git('rev-parse', 'HEAD') },
        unattributed: [],
        waivers: [],
        verification: { verdict: 'pass' },
      },
    });
    expect((await mcp.call('ces_status')).structured).toMatchObject({ state: 'approved' });
    expect(await project.ask('audit', 'verify')).toMatchObject({
      exitCode: 0,
      json: { ok: true, problems: [], findings: [] },
    });
    expect(await project.ask('explain')).toMatchObject({ exitCode: 0, json: { state: 'approved' } });
    await mcp.close();
  });

  test('one line edited after the verification makes the claim stale', async () => {
    const [project, mcp] = await start();
    const manifest = await takeUp(mcp);
    makeChange(project);
    await verifyPasses(mcp);
    editOneLine(project);
    const claim = await prepareClaim(mcp, manifest);
    const refused = (await mcp.call('ces_completion_claim', claim)).structured;
    expect(refused).toMatchObject({ accepted: false, verdict: 'unproven', state: 'in_progress' });
    expect(findingsOf(refused, 'stale')).toMatchObject([{ severity: 'high' }]);
    await verifyPasses(mcp);
    expect((await mcp.call('ces_completion_claim', claim)).structured).toMatchObject({ accepted: true });
  });

  test('one line edited after the accepted claim is stale for status and for approve, and nothing is signed', async () => {
    const [project, mcp] = await start();
    const manifest = await finishWork(project, mcp);
    editOneLine(project);
    const status = await project.ask('status');
    expect(status.exitCode).toBe(1);
    expect(findingsOf(status.json, 'stale')).toMatchObject([{ severity: 'high' }]);
    const terminal = project.onTerminal('approve', '--yes', manifest);
    expect(await terminal.exit).toMatchObject({ exitCode: 1 });
    expect(terminal.output()).toMatch(/Not ready/);
    expect(terminal.output()).toMatch(/stale/);
    expect(terminal.output()).not.toContain('Enter passphrase');
    expect(readExports(project)).toEqual([]);
    // Putting the line back makes it the very tree that was claimed.
    project.repo.write(
      CHANGED[1] ?? '',
      project.repo.read(CHANGED[1] ?? '').replace('/** How many passed. */', '/** How many of these stages passed. */'),
    );
    expect((await project.ask('status')).exitCode).toBe(0);
  });

  test('a file outside the scope is refused with its path, until it is gone', async () => {
    const [project, mcp] = await start();
    const manifest = await takeUp(mcp);
    makeChange(project);
    project.repo.write('docs/aside.md', 'Not asked for.\n');
    const claim = await prepareClaim(mcp, manifest);
    await verifyPasses(mcp);
    const refused = (await mcp.call('ces_completion_claim', { ...claim, files_changed: [...CHANGED, 'docs/aside.md'] }))
      .structured;
    expect(refused).toMatchObject({ accepted: false, verdict: 'contradicted', delta: { created: ['docs/aside.md'] } });
    expect(findingsOf(refused, 'scope_violation')).toMatchObject([{ path: 'docs/aside.md', severity: 'high' }]);
    expect((await project.ask('status')).json).toMatchObject({ manifest: { delta: { created: ['docs/aside.md'] } } });
    project.repo.remove('docs/aside.md');
    await verifyPasses(mcp);
    expect((await mcp.call('ces_completion_claim', claim)).structured).toMatchObject({ accepted: true });
  });

  test('a claim that names an unchanged file and leaves one out is refused with both lists', async () => {
    const [project, mcp] = await start();
    const manifest = await takeUp(mcp);
    makeChange(project);
    const claim = await prepareClaim(mcp, manifest);
    await verifyPasses(mcp);
    const [kept = '', omitted = ''] = CHANGED;
    const refused = (
      await mcp.call('ces_completion_claim', { ...claim, files_changed: [kept, 'package.json', 'no/such/file'] })
    ).structured;
    expect(refused).toMatchObject({
      accepted: false,
      verdict: 'contradicted',
      claimed_unchanged: ['no/such/file', 'package.json'],
      changed_unclaimed: [omitted],
    });
    expect(
      findingsOf(refused, 'evidence_mismatch')
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['no/such/file', 'package.json', omitted].sort());
  });

  test('edits made before the manifest are unattributed, on every screen and in what is signed', async () => {
    const [project, mcp] = await start();
    const early = 'checks/early.txt';
    project.repo.write(early, 'Before anybody asked.\n');
    const manifest = await takeUp(mcp);
    makeChange(project);
    const claim = await prepareClaim(mcp, manifest);
    await verifyPasses(mcp);
    const accepted = (await mcp.call('ces_completion_claim', claim)).structured;
    expect(accepted).toMatchObject({ accepted: true, delta: { created: [early] }, changed_unclaimed: [] });
    expect(findingsOf(accepted, 'unattributed')).toMatchObject([{ path: early }]);

    const status = await project.ask('status');
    expect(status).toMatchObject({ exitCode: 1, json: { manifest: { unattributed: [early] } } });
    expect(findingsOf(status.json, 'unattributed')).toMatchObject([{ path: early }]);
    expect((await project.ask('explain')).json).toMatchObject({
      unattributed: [early],
      changes: expect.arrayContaining([expect.objectContaining({ path: early, unattributed: true })]),
    });
    const { contents } = await mcp.client.readResource({ uri: 'ces://delta' });
    expect(JSON.stringify(contents)).toContain(early);

    const { exitCode, output } = await signOnTerminal(project, [manifest]);
    expect(exitCode).toBe(0);
    expect(output).toMatch(/1 unattributed paths?.*\s+checks\/early\.txt/);
    expect(readExports(project)).toMatchObject([{ statement: { predicate: { unattributed: [early] } } }]);

    // Once approved, the path is somebody's: the next manifest does not show it again.
    const next = await takeUp(mcp, {
      objective: 'Add a remark',
      scope: ['checks/**'],
      acceptance_criteria: ['It is there'],
    });
    const delta = JSON.stringify((await mcp.client.readResource({ uri: 'ces://delta' })).contents);
    expect(next).not.toBe(manifest);
    expect(delta).toContain('\\"unattributed\\":[]');
  });
});

describe('what the operator says before and during the work', () => {
  test('a tier A request waits, and starts once it is approved on a terminal', async () => {
    const [project, mcp] = await start();
    const request = {
      objective: 'Add a password check to the login',
      scope: [...REQUEST.scope],
      acceptance_criteria: ['It is there'],
    };
    const waiting = mcp.call('ces_manifest', { ...request, wait_seconds: 60 });
    const pending = await pollPending(project);
    expect(pending).toMatchObject({ kind: 'manifest' });
    const { exitCode, output } = await signOnTerminal(project, [textOf(pending, 'id')]);
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    expect((await waiting).structured).toMatchObject({
      state: 'in_progress',
      manifest_id: pending.id,
      risk: { tier: 'A' },
      feedback: [expect.stringMatching(/tier A/)],
    });
    expect((await project.ask('explain')).json).toMatchObject({
      authorized_by: expect.stringMatching(/^the operator: D-/),
    });
    expect(readExports(project)).toMatchObject([
      { statement: { predicate: { kind: 'manifest', decided: { id: pending.id } } } },
    ]);
  });

  test('a request that the operator refuses never starts, and its reason is told', async () => {
    const [project, mcp] = await start();
    const request = {
      objective: 'Add a password check to the login',
      scope: [...REQUEST.scope],
      acceptance_criteria: ['It is there'],
    };
    const proposed = (await mcp.call('ces_manifest', request)).structured;
    expect(proposed).toMatchObject({ state: 'proposed' });
    expect(
      (await project.ces('reject', textOf(proposed, 'manifest_id'), '--reason', 'Not while it is frozen')).exitCode,
    ).toBe(0);
    for (let again = 0; again < 2; again += 1) {
      const { structured } = await mcp.call('ces_manifest');
      expect(structured).toMatchObject({ state: 'rejected' });
      expect(structured.feedback).toContain('The operator rejected it: Not while it is frozen');
    }
    expect((await mcp.call('ces_verify')).text).toMatch(/^illegal_transition: /);
  });

  test('an amendment is asked for, granted, and only then in the scope; another is refused', async () => {
    const [project, mcp] = await start();
    const manifest = await takeUp(mcp);
    const amend = {
      scope: ['docs/stages.md'],
      acceptance_criteria: ['It is documented'],
      reason: 'The count is public',
    };
    const asked = (await mcp.call('ces_manifest', { amend })).structured;
    expect(asked).toMatchObject({
      state: 'in_progress',
      amendment: { state: 'pending' },
      scope: { allow: REQUEST.scope },
    });
    const { amendment } = asked;
    const waiting = mcp.call('ces_manifest', { amend, wait_seconds: 60 });
    const { exitCode, output } = await signOnTerminal(project, [textOf(amendment, 'id')]);
    expect(exitCode).toBe(0);
    expect(output).toContain('docs/stages.md');
    const granted = (await waiting).structured;
    expect(granted).toMatchObject({
      manifest_id: manifest,
      amendment: { id: textOf(amendment, 'id'), state: 'granted' },
      scope: { allow: [...REQUEST.scope, 'docs/stages.md'] },
    });
    expect(listOf(granted, 'acceptance_criteria').at(-1)).toEqual({ id: 'AC-3', text: 'It is documented' });
    expect((await mcp.call('ces_status', { paths: ['docs/stages.md'] })).structured).toMatchObject({
      scope_check: { decision: 'allow' },
    });

    const wide = (await mcp.call('ces_manifest', { amend: { scope: ['src/**'], reason: 'While I am here' } }))
      .structured;
    expect((await project.ces('reject', textOf(wide.amendment, 'id'), '--reason', 'Not asked for')).exitCode).toBe(0);
    const refused = (await mcp.call('ces_manifest', { amend: { scope: ['src/**'], reason: 'While I am here' } }))
      .structured;
    expect(refused).toMatchObject({
      state: 'in_progress',
      amendment: { state: 'refused' },
      scope: { allow: [...REQUEST.scope, 'docs/stages.md'] },
    });
    expect(refused.feedback).toEqual(expect.arrayContaining([expect.stringContaining('Not asked for')]));
    expect((await mcp.call('ces_status', { paths: ['src/index.ts'] })).structured).toMatchObject({
      scope_check: { decision: 'deny' },
    });
  });

  test('a rejected change comes back to the agent with the reason, and can be finished', async () => {
    const [project, mcp] = await start();
    const manifest = await finishWork(project, mcp);
    expect((await project.ces('reject', '--reason', 'Name it passedCount')).exitCode).toBe(0);
    expect((await mcp.call('ces_status')).structured).toMatchObject({ state: 'rejected' });
    const back = (await mcp.call('ces_manifest')).structured;
    expect(back).toMatchObject({ state: 'in_progress', manifest_id: manifest, retries_left: 2 });
    expect(back.feedback).toContain('The operator rejected it: Name it passedCount');
    for (const path of CHANGED)
      project.repo.write(path, project.repo.read(path).replaceAll('countPassed', 'passedCount'));
    const claim = await prepareClaim(mcp, manifest);
    await verifyPasses(mcp);
    expect((await mcp.call('ces_completion_claim', claim)).structured).toMatchObject({
      accepted: true,
      state: 'under_review',
    });
    expect((await signOnTerminal(project, [manifest])).exitCode).toBe(0);
    expect((await project.ask('status')).json).toMatchObject({ manifest: { state: 'approved' } });
  });
});

describe('ends that are no approval', () => {
  test('an agent that reports itself blocked may stop, and the operator is told why', async () => {
    const [project, mcp] = await start();
    const manifest = await takeUp(mcp);
    const blocked = (
      await mcp.call('ces_report_blocked', { manifest_id: manifest, reason: 'The test is wrong', needs: 'A decision' })
    ).structured;
    expect(blocked).toMatchObject({ state: 'blocked' });
    expect(
      (
        await mcp.call('ces_completion_claim', {
          manifest_id: manifest,
          summary: 'Done',
          files_changed: [],
          criteria: [],
        })
      ).text,
    ).toMatch(/^illegal_transition: /);
    expect((await project.ask('status')).json).toMatchObject({
      manifest: { state: 'blocked' },
      pending: [{ id: manifest }],
    });
    const why = await project.ask('why');
    expect(why.json).toMatchObject({
      blocker: { kind: 'blocked', message: expect.stringMatching(/The test is wrong.*A decision/) },
      next_command: `ces explain ${manifest}`,
    });
  });

  test('a manifest whose retries are spent is blocked for the operator', async () => {
    const [project, mcp] = await start();
    const manifest = await takeUp(mcp);
    const states: unknown[] = [];
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      const claim = { manifest_id: manifest, summary: `Attempt ${attempt}`, files_changed: [], criteria: [] };
      const { state, retries_left } = (await mcp.call('ces_completion_claim', claim)).structured;
      states.push([state, retries_left]);
    }
    expect(states).toEqual([
      ['in_progress', 2],
      ['in_progress', 1],
      ['in_progress', 0],
      ['blocked', 0],
    ]);
    expect((await project.ask('status')).json).toMatchObject({ manifest: { state: 'blocked' } });
  });

  test('the same claim three times is blocked for the operator, whatever retries are left', async () => {
    const [, mcp] = await start();
    const manifest = await takeUp(mcp);
    const claim = { manifest_id: manifest, summary: 'Done', files_changed: [], criteria: [] };
    const states: unknown[] = [];
    for (let attempt = 1; attempt <= 3; attempt += 1)
      states.push((await mcp.call('ces_completion_claim', claim)).structured.state);
    expect(states).toEqual(['in_progress', 'in_progress', 'blocked']);
  });

  test('off a terminal, from inside an agent, or with a wrong passphrase, nothing is approved and the attempt is recorded', async () => {
    const [project, mcp] = await start();
    const manifest = await finishWork(project, mcp);
    const headless = await project.ces('approve', manifest, '--yes', '--json');
    expect({ exitCode: headless.exitCode, stdout: headless.stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(headless.json()).toMatchObject({ error: { code: 'no_terminal', exit_code: 3 } });
    const env = { ...project.home.env, CLAUDECODE: '1' };
    const inside = await runCes(['approve', manifest, '--json'], { cwd: project.repo.root, env });
    expect(inside).toMatchObject({ exitCode: 3, stdout: '' });
    expect(inside.json()).toMatchObject({ error: { code: 'forbidden', exit_code: 3 } });
    const terminal = project.onTerminal('approve', '--yes', manifest);
    await terminal.waitFor(PASSPHRASE_PROMPT);
    terminal.write('not the passphrase\r');
    expect(await terminal.exit).toMatchObject({ exitCode: 2 });
    expect((await project.ask('status')).json).toMatchObject({
      manifest: { state: 'under_review' },
      pending: [{ id: manifest }],
    });
    expect(readExports(project)).toEqual([]);
    const attempts = listOf((await project.ask('audit', '--type', 'attempt.refused')).json, 'entries');
    expect(attempts).toMatchObject([
      { summary: expect.stringContaining('without a terminal') },
      { summary: expect.stringContaining('inside an agent') },
    ]);
  });
});

function pollPending(project: GovernedProject) {
  return pollUntil(async () => listOf((await project.ask('status')).json, 'pending')[0], {
    message: 'something waits for the operator',
  });
}
