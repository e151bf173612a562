import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, test } from 'vitest';
import { verifyChain } from '../../src/core/ledger/chain.js';
import { createHome, runCes } from '../support/built.js';
import { pollUntil } from '../support/deadline.js';
import {
  createGovernedProject,
  type GovernedProject,
  listOf,
  QUICK_CHECK,
  textOf,
} from '../support/governed-project.js';
import { type McpSession, startMcp } from '../support/mcp-client.js';
import { findDescendants, isRunning } from '../support/processes.js';
import { withDatabase } from '../support/project-state.js';
import { startRawServer } from './raw-server.js';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** A check that ends only when it is killed. */
const ENDLESS = { status: 'required', argv: [process.execPath, '-e', 'setInterval(() => {}, 1000)'] } as const;
const WORK = { objective: 'Change a', scope: ['src/**'], acceptance_criteria: ['a is 2'] };
const CALLS: Readonly<Record<string, Record<string, unknown>>> = {
  ces_manifest: WORK,
  ces_evidence_submit: { manifest_id: 'M-0123456789ab', criteria: ['AC-1'], kind: 'observation', summary: 'Seen' },
  ces_verify: {},
  ces_completion_claim: { manifest_id: 'M-0123456789ab', summary: 'Done', files_changed: [], criteria: [] },
  ces_report_blocked: { reason: 'No', needs: 'Yes' },
  ces_status: {},
};

async function govern(checks: Parameters<typeof createGovernedProject>[0]['checks'] = {}): Promise<GovernedProject> {
  const project = await createGovernedProject({ checks });
  undo.push(project.dispose);
  return project;
}

async function takeUpWork(mcp: McpSession): Promise<string> {
  const { structured } = await mcp.call('ces_manifest', WORK);
  expect(structured.state).toBe('in_progress');
  return textOf(structured, 'manifest_id');
}

const watcherOf = (pid: number) => findDescendants(pid).find(({ command }) => command.includes('watcher.js'));
const pollWatcher = (pid: number) =>
  pollUntil(() => watcherOf(pid)?.pid, { message: `the server ${pid} has started its watcher` });
const pollGone = (pids: readonly number[]) =>
  pollUntil(() => pids.every((pid) => !isRunning(pid)), {
    message: `processes ${pids.join(', ')} are gone`,
    timeoutMs: 10_000,
  });

describe('two clients at once', () => {
  test('share one manifest, and nothing that either hands in is lost', async () => {
    const project = await govern({ quick: QUICK_CHECK });
    const [one, two] = await Promise.all([project.connect(), project.connect()]);
    const answers = await Promise.all([one.call('ces_manifest', WORK), two.call('ces_manifest', WORK)]);
    const ids = answers.flatMap(({ isError, structured }) => (isError ? [] : [textOf(structured, 'manifest_id')]));
    // Both drafted at once: the one that came second is told so, and finds the other's by asking again.
    for (const { isError, text } of answers) if (isError) expect(text).toMatch(/^conflict: /);
    const manifest = textOf((await two.call('ces_manifest')).structured, 'manifest_id');
    expect(new Set([...ids, manifest]).size).toBe(1);

    const evidence = { manifest_id: manifest, criteria: ['AC-1'], kind: 'observation', summary: 'Seen' };
    const receipts = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? one : two).call('ces_evidence_submit', evidence)),
    );
    const given = receipts.map(({ structured }) => textOf(structured, 'evidence_id'));
    expect(new Set(given).size).toBe(20);
    withDatabase(project.repo.root, (db) => {
      const kept = db.prepare<[], string>("SELECT id FROM records WHERE kind = 'evidence'").pluck().all();
      expect(kept.sort()).toEqual(given.sort());
      const rows = db.prepare<[], { sequence: number; bytes: string; hash: string }>(
        'SELECT sequence, bytes, hash FROM ledger ORDER BY 1',
      );
      expect(verifyChain(rows.all(), [])).toMatchObject({ ok: true });
    });
    await Promise.all([one.close(), two.close()]);
  });

  test('each sees what the other did', async () => {
    const project = await govern({ quick: QUICK_CHECK });
    const [one, two] = await Promise.all([project.connect(), project.connect()]);
    const manifest = await takeUpWork(one);
    expect((await two.call('ces_status')).structured).toMatchObject({ manifest_id: manifest, state: 'in_progress' });
    await two.call('ces_report_blocked', { reason: 'It can not be done', needs: 'A word' });
    expect((await one.call('ces_status')).structured).toMatchObject({ manifest_id: manifest, state: 'blocked' });
  });
});

describe('outside a project', () => {
  test('the server answers, each tool says what is missing, and goes on once there is a project', async () => {
    const home = createHome();
    const folder = mkdtempSync(join(tmpdir(), 'ces-no-project-'));
    undo.push(home.dispose, () => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'a.txt'), 'a\n');
    const mcp = await startMcp(folder, home.env);
    undo.push(() => mcp.kill());
    for (const [tool, args] of Object.entries(CALLS)) {
      const { isError, text } = await mcp.call(tool, args);
      expect({ tool, isError }).toEqual({ tool, isError: true });
      expect(text).toMatch(/^not_a_project: .*ces init/);
    }
    await expect(mcp.client.readResource({ uri: 'ces://manifest' })).rejects.toThrow(/not_a_project/);
    expect((await runCes(['init'], { cwd: folder, env: home.env })).exitCode).toBe(0);
    expect((await mcp.call('ces_status')).structured).toMatchObject({ state: 'none' });
    expect(await pollWatcher(mcp.pid)).toBeGreaterThan(0);
  });

  test('a governed root that lost its state is not taken for an ungoverned one', async () => {
    const project = await govern();
    rmSync(join(project.repo.root, '.ces'), { recursive: true });
    const mcp = await project.connect();
    for (const [tool, args] of Object.entries(CALLS))
      expect((await mcp.call(tool, args)).text).toMatch(/^root_lost_state: /);
  });
});

describe('the end of the server', () => {
  test.each(['the end of its input', 'SIGTERM', 'SIGINT', 'SIGHUP'])(
    '%s ends it, its watcher and its checks',
    async (how) => {
      const project = await govern({ endless: ENDLESS });
      const raw = startRawServer(project.repo.root, project.home.env);
      undo.push(raw.dispose);
      await raw.initialize();
      await raw.call('ces_manifest', WORK);
      expect((await raw.call('ces_verify', { wait_seconds: 0 })).structuredContent).toMatchObject({
        verdict: 'running',
      });
      const check = await pollUntil(
        () => findDescendants(raw.pid).find(({ command }) => command.includes('setInterval'))?.pid,
        { message: 'the check runs' },
      );
      const watcher = await pollWatcher(raw.pid);
      if (how === 'the end of its input') raw.endInput();
      else process.kill(raw.pid, how);
      await pollGone([raw.pid, watcher, check]);
      expect(await raw.exitCode).toBe(0);
      expect(raw.stderr()).toBe('');
      const ended = (await project.ask('audit', '--type', 'session.ended')).json;
      expect(listOf(ended, 'entries')).toHaveLength(1);
      const runs = listOf((await project.ask('audit', '--type', 'run.finished')).json, 'entries');
      expect(runs).toMatchObject([{ summary: expect.stringContaining('cancelled') }]);
    },
  );

  test('SIGKILL leaves no watcher behind, and the next server records the time that nobody watched', async () => {
    const project = await govern();
    const first = await project.connect();
    const watcher = await pollWatcher(first.pid);
    await first.kill('SIGKILL');
    await pollGone([watcher]);
    const second = await project.connect();
    await second.call('ces_status');
    const entries = listOf((await project.ask('audit', '--type', 'session.ended')).json, 'entries');
    expect(entries).toMatchObject([{ summary: expect.stringContaining('was cut off') }]);
    withDatabase(project.repo.root, (db) => {
      const gaps = db
        .prepare<[], string>("SELECT json_extract(body, '$.kind') FROM timeline WHERE kind = 'gap'")
        .pluck()
        .all();
      expect(gaps).toContain('killed');
    });
  });

  test('lines that are no protocol do not end it, and change nothing', async () => {
    const project = await govern();
    const raw = startRawServer(project.repo.root, project.home.env);
    undo.push(raw.dispose);
    await raw.initialize();
    for (const line of [
      '',
      'nonsense',
      '{"jsonrpc":"2.0"',
      '[]',
      'null',
      '42',
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    ])
      raw.writeLine(line);
    raw.writeLine(Buffer.from([0xff, 0xfe, 0x7b, 0x00]));
    raw.writeLine(JSON.stringify({ jsonrpc: '2.0', id: 'deep', method: 'no/such', params: {} }));
    expect((await raw.call('ces_status', {})).structuredContent).toMatchObject({ state: 'none' });
  });
});

describe('a verification', () => {
  test('that takes longer than the wait answers running, and is followed to its end by its id', async () => {
    const project = await govern({ quick: QUICK_CHECK });
    const mcp = await project.connect();
    await takeUpWork(mcp);
    const started = (await mcp.call('ces_verify', { wait_seconds: 0 })).structured;
    expect(started).toMatchObject({ verdict: 'running', checks: [] });
    const run = textOf(started, 'run_id');
    expect(started.next).toContain(run);
    const followed = (await mcp.call('ces_verify', { run_id: run, wait_seconds: 60 })).structured;
    expect(followed).toMatchObject({
      run_id: run,
      verdict: 'pass',
      checks: [{ id: 'quick', status: 'pass', exit_code: 0 }],
    });
    // It is over: looking again gives the same, also for another client.
    const other = await project.connect();
    expect((await other.call('ces_verify', { run_id: run })).structured).toMatchObject({
      run_id: run,
      verdict: 'pass',
    });
  });

  test('reports progress while it runs, outlives a request that is cancelled, and ends when it is cancelled itself', async () => {
    const project = await govern({ endless: ENDLESS });
    const mcp = await project.connect();
    await takeUpWork(mcp);
    const messages: string[] = [];
    const request = new AbortController();
    const waiting = mcp.client.callTool({ name: 'ces_verify', arguments: { wait_seconds: 60 } }, undefined, {
      signal: request.signal,
      onprogress: ({ message = '' }) => messages.push(message),
    });
    waiting.catch(() => undefined);
    await pollUntil(() => messages.length > 0, { message: 'progress is reported' });
    expect(messages[0]).toMatch(/checks are running/);
    request.abort('the user pressed escape');
    await expect(waiting).rejects.toThrow();

    const going = (await mcp.call('ces_verify', { wait_seconds: 0 })).structured;
    expect(going).toMatchObject({ verdict: 'running' });
    const run = textOf(going, 'run_id');
    const check = findDescendants(mcp.pid).find(({ command }) => command.includes('setInterval'));
    expect(check).toBeDefined();
    const cancelled = (await mcp.call('ces_verify', { run_id: run, cancel: true })).structured;
    expect(cancelled).toMatchObject({ run_id: run, verdict: 'inconclusive' });
    expect(cancelled.next).toMatch(/^Cancelled/);
    await pollGone([check?.pid ?? 0]);
    expect((await mcp.call('ces_status')).structured).toMatchObject({ state: 'in_progress' });
    // A cancelled run says nothing about the files.
    const claim = await mcp.call('ces_completion_claim', {
      manifest_id: textOf((await mcp.call('ces_manifest')).structured, 'manifest_id'),
      summary: 'Done',
      files_changed: [],
      criteria: [],
    });
    expect(listOf(claim.structured, 'findings').map(({ kind }) => kind)).toContain('check_missing');
  });
});

test('a subscriber is told when another process changes the state', async () => {
  const project = await govern({ quick: QUICK_CHECK });
  const [watching, acting] = await Promise.all([project.connect(), project.connect()]);
  const updated: string[] = [];
  watching.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
    updated.push(params.uri);
  });
  await watching.client.subscribeResource({ uri: 'ces://manifest' });
  await watching.client.subscribeResource({ uri: 'ces://verdict' });
  await watching.client.unsubscribeResource({ uri: 'ces://verdict' });
  const manifest = await takeUpWork(acting);
  await pollUntil(() => updated.length > 0, { message: 'the subscriber is told' });
  expect(new Set(updated)).toEqual(new Set(['ces://manifest']));
  const { contents } = await watching.client.readResource({ uri: 'ces://manifest' });
  expect(JSON.stringify(contents)).toContain(manifest);
});
