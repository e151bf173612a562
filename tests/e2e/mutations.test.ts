import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pollUntil } from '../support/deadline.js';
import { createGovernedProject, type GovernedProject, listOf, textOf } from '../support/governed-project.js';
import type { McpSession } from '../support/mcp-client.js';
import { findDescendants } from '../support/processes.js';
import { withDatabase } from '../support/project-state.js';
import { createMutableRepo, MUTATIONS } from './mutations.js';

const REQUEST = {
  objective: 'Rework the sources',
  scope: ['src/**', 'inner/**'],
  acceptance_criteria: ['They are reworked'],
};

interface Session {
  readonly project: GovernedProject;
  readonly mcp: McpSession;
  readonly manifest: string;
}

async function begin(): Promise<Session> {
  const project = await createGovernedProject({ repo: createMutableRepo() });
  const mcp = await project.connect();
  const { structured } = await mcp.call('ces_manifest', REQUEST);
  expect(structured).toMatchObject({ state: 'in_progress' });
  await pollUntil(() => readGaps(project).some(({ kind, to }) => kind === 'starting' && to !== null), {
    message: 'the watcher has looked at every folder',
  });
  return { project, mcp, manifest: textOf(structured, 'manifest_id') };
}

function readTimeline<T>({ repo }: GovernedProject, kind: 'event' | 'gap', select: (body: string) => T): T[] {
  return withDatabase(repo.root, (db) =>
    db.prepare<[string], string>('SELECT body FROM timeline WHERE kind = ? ORDER BY id').pluck().all(kind).map(select),
  );
}

const readGaps = (project: GovernedProject) =>
  readTimeline(project, 'gap', (body): { kind: string; from: string; to: string | null } => JSON.parse(body));
const readSeen = (project: GovernedProject) =>
  new Set(readTimeline(project, 'event', (body) => textOf(JSON.parse(body), 'path')));
const watcherOf = (mcp: McpSession) =>
  findDescendants(mcp.pid).find(({ command }) => command.includes('watcher.js'))?.pid;
const pathsIn = (answer: unknown, field: string) => listOf(answer, field).map(({ path }) => path);

/** It is started again five times a minute, and then given up. */
async function killForGood(mcp: McpSession): Promise<void> {
  const killed = new Set<number>();
  while (killed.size < 6) {
    const message = `the watcher is back after ${killed.size} deaths`;
    const living = await pollUntil(() => [watcherOf(mcp) ?? 0].find((pid) => pid > 0 && !killed.has(pid)), { message });
    killed.add(living);
    process.kill(living, 'SIGKILL');
  }
  await pollUntil(() => watcherOf(mcp) === undefined, { message: 'the watcher is dead' });
}

async function readDelta(mcp: McpSession): Promise<unknown> {
  const [content] = (await mcp.client.readResource({ uri: 'ces://delta' })).contents;
  return JSON.parse(textOf(content, 'text'));
}

describe('with the watcher alive', () => {
  let session: Session;
  let explained: Readonly<Record<string, unknown>>;
  beforeAll(async () => {
    session = await begin();
    const { project, mcp } = session;
    for (const [index, { mutate, candidate, residue, unwatched = [] }] of MUTATIONS.entries()) {
      await call(mcp, index);
      const startedAt = new Date().toISOString();
      mutate(project.repo);
      // As in real work, where calls are not made within the same millisecond as an edit.
      const expected = [...candidate, ...residue].filter((path) => !unwatched.includes(path));
      await pollUntil(() => expected.every((path) => readSeenSince(project, startedAt).has(path)), {
        message: `the watcher saw ${JSON.stringify(expected)}; it saw ${JSON.stringify([...readSeen(project)])}`,
      });
    }
    await call(mcp, MUTATIONS.length);
    explained = (await project.ask('explain')).json;
  });
  afterAll(() => session?.project.dispose());

  const call = (mcp: McpSession, index: number) =>
    mcp.client.callTool({ name: 'ces_status', arguments: {}, _meta: { callId: `call-${index}` } });
  const readSeenSince = (project: GovernedProject, at: string) =>
    new Set(
      readTimeline(project, 'event', (body): { path: string; at: string } => JSON.parse(body)).flatMap((event) =>
        event.at >= at ? [event.path] : [],
      ),
    );

  test.each(MUTATIONS.map((mutation, index) => ({ ...mutation, index })))(
    '$name has its path, its time and the two calls between which it fell',
    ({ candidate, residue, unwatched = [], index }) => {
      const changed = [...listOf(explained, 'changes'), ...listOf(explained, 'residue')];
      for (const path of [...candidate, ...residue]) {
        const change = changed.find((entry) => entry.path === path);
        expect(change, path).toBeDefined();
        if (unwatched.includes(path)) continue;
        const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(change?.when).toEqual({
          seen: true,
          path,
          first: time,
          last: time,
          between: {
            before: { id: `call-${index}`, name: 'ces_status', at: time },
            after: { id: `call-${index + 1}`, name: 'ces_status', at: time },
          },
        });
      }
    },
  );

  test('nothing went unwatched', async () => {
    expect(readGaps(session.project)).toMatchObject([{ kind: 'starting' }]);
    expect(listOf((await session.project.ask('audit', '--type', 'watch.gap')).json, 'entries')).toEqual([]);
  });
});

describe('with the watcher dead', () => {
  let session: Session;
  let delta: unknown;
  let explained: Readonly<Record<string, unknown>>;
  beforeAll(async () => {
    session = await begin();
    const { project, mcp } = session;
    await killForGood(mcp);
    for (const { mutate } of MUTATIONS) mutate(project.repo);
    delta = await readDelta(mcp);
    explained = (await project.ask('explain')).json;
  });
  afterAll(() => session?.project.dispose());

  test.each(MUTATIONS)('$name is in the delta or the residue', ({ candidate, residue }) => {
    expect(pathsIn(delta, 'base_to_candidate')).toEqual(expect.arrayContaining([...candidate]));
    expect(pathsIn(delta, 'since_start')).toEqual(expect.arrayContaining([...candidate]));
    expect(pathsIn(delta, 'residue')).toEqual(expect.arrayContaining([...residue]));
    const changed = [...listOf(explained, 'changes'), ...listOf(explained, 'residue')];
    for (const path of [...candidate, ...residue]) {
      const change = changed.find((entry) => entry.path === path);
      expect(change?.when, path).toMatchObject({ seen: false, path });
    }
  });

  test('the time that nobody watched is recorded, in the ledger too, and is why no time is known', async () => {
    expect(watcherOf(session.mcp)).toBeUndefined();
    const entries = listOf((await session.project.ask('audit', '--type', 'watch.gap')).json, 'entries');
    expect(entries.at(-1)).toMatchObject({ summary: expect.stringMatching(/^killed from /) });
    expect(readGaps(session.project).filter(({ kind, to }) => kind === 'killed' && to === null)).toHaveLength(1);
    const created = listOf(explained, 'changes').find(({ path }) => path === 'src/new.js');
    expect(created?.when).toMatchObject({
      reason: 'unseen',
      gaps: expect.arrayContaining([expect.objectContaining({ kind: 'killed', to: null })]),
    });
  });

  test('a claim names what is outside the scope, what governs git, what git would store otherwise, and the gap', async () => {
    const claim = { manifest_id: session.manifest, summary: 'Done', files_changed: ['src/new.js'], criteria: [] };
    const { structured } = await session.mcp.call('ces_completion_claim', claim);
    expect(structured).toMatchObject({ accepted: false, verdict: 'contradicted' });
    const findings = listOf(structured, 'findings');
    const about = (kind: string, severity: string) =>
      findings.filter((finding) => finding.kind === kind && finding.severity === severity).map(({ path }) => path);
    expect(about('scope_violation', 'high')).toEqual(expect.arrayContaining(['outside/file.txt', '.gitignore']));
    expect(about('residue', 'high')).toEqual(
      expect.arrayContaining([
        '.git/hooks/pre-commit',
        '.git/config',
        '.git/info/exclude',
        '.git/info/attributes',
        '.git/index-flags/src/assumed.js',
        'src/filtered.js',
      ]),
    );
    expect(findings.map(({ kind }) => kind)).toContain('observation_gap');
    expect(structured.changed_unclaimed).toEqual(
      expect.arrayContaining(MUTATIONS.flatMap(({ candidate }) => candidate).filter((path) => path !== 'src/new.js')),
    );
  });
});

test('a watcher that is stopped, or dies once, leaves a gap with a beginning and an end', async () => {
  const { project, mcp } = await begin();
  try {
    const stopped = watcherOf(mcp) ?? 0;
    process.kill(stopped, 'SIGSTOP');
    const ofKind = (kind: string, open: boolean) =>
      readGaps(project).some((gap) => gap.kind === kind && (gap.to === null) === open);
    await pollUntil(() => ofKind('suspended', true), { message: 'a watcher that gives no sign of life is a gap' });
    process.kill(stopped, 'SIGCONT');
    await pollUntil(() => ofKind('suspended', false), { message: 'the gap ends when it is back' });
    process.kill(stopped, 'SIGKILL');
    await pollUntil(() => ofKind('killed', false), { message: 'the gap ends when another watches' });
    expect(watcherOf(mcp)).not.toBe(stopped);
    const entries = listOf((await project.ask('audit', '--type', 'watch.gap')).json, 'entries');
    expect(entries.map(({ summary }) => String(summary).split(' ')[0])).toEqual(['suspended', 'killed']);
  } finally {
    await project.dispose();
  }
});
