import { afterEach, describe, expect, test } from 'vitest';
import { appendAtOnce } from '../support/append-crowd.js';
import { type CesRun, cesProgram, nodeProgram, runCes } from '../support/built.js';
import { createGovernedProject, type GovernedProject, listOf, textOf } from '../support/governed-project.js';
import { type Answer, startMcp } from '../support/mcp-client.js';
import { startOnPty } from '../support/pty.js';

let open: GovernedProject[] = [];
afterEach(async () => {
  for (const project of open) await project.dispose();
  open = [];
});

async function start(options: Parameters<typeof createGovernedProject>[0] = {}): Promise<GovernedProject> {
  const project = await createGovernedProject(options);
  open.push(project);
  return project;
}

const REQUEST = { objective: 'Say b in a.js', scope: ['src/**'], acceptance_criteria: ['It says b'] };

test('10 processes append 50 entries each to one ledger: none lost, none doubled, and the chain holds', async () => {
  await appendAtOnce(10, 50);
});

describe('twenty clients and commands at once', () => {
  test('one project: one manifest, every answer about it, nothing lost and the ledger verifies', {
    timeout: 180_000,
  }, async () => {
    const project = await start();
    const sessions = await Promise.all(Array.from({ length: 10 }, () => project.connect()));
    const commands = Array.from({ length: 10 }, (_, index) =>
      project.ask(...(['status', 'why', 'audit', 'audit verify'][index % 4] ?? '').split(' ')),
    );
    const asked = await Promise.all(sessions.map((mcp) => mcp.call('ces_manifest', REQUEST)));
    const ids = new Set(asked.map(manifestOf));
    expect([...ids]).toEqual([expect.stringMatching(/^M-[0-9a-f]{12}$/)]);
    for (const { exitCode, json } of await Promise.all(commands)) {
      expect(json).toMatchObject({ schema_version: 1 });
      expect([0, 1]).toContain(exitCode);
    }

    const [manifest_id = ''] = ids;
    const evidence = await Promise.all(
      sessions.map((mcp, index) =>
        mcp.call('ces_evidence_submit', {
          manifest_id,
          criteria: ['AC-1'],
          kind: 'observation',
          summary: `seen ${index}`,
        }),
      ),
    );
    const submitted = evidence.map(({ structured }) => textOf(structured, 'evidence_id'));
    expect(new Set(submitted).size).toBe(10);
    const runs = await Promise.all(sessions.map((mcp) => mcp.call('ces_verify')));
    for (const { structured } of runs) expect(structured).toMatchObject({ verdict: 'pass' });
    for (const mcp of sessions) await mcp.close();

    const entries = listOf((await project.ask('audit', '--limit', '1000')).json, 'entries');
    for (const id of submitted) expect(entries.filter(({ summary }) => String(summary).includes(id))).toHaveLength(1);
    for (const type of ['session.started', 'session.ended'])
      expect(entries.filter((entry) => entry.type === type)).toHaveLength(10);
    expect(await project.ask('audit', 'verify')).toMatchObject({ exitCode: 0, json: { ok: true } });
    expect(await project.ask('status')).toMatchObject({
      json: { manifest: { id: manifest_id, state: 'in_progress', retries_left: 3 } },
    });
  });

  test('two `ces init` at once: one project, whoever came first', async () => {
    const project = await start();
    await uninstall(project.repo.root, project.home.env);
    const both = await Promise.all([project.ask('init'), project.ask('init')]);
    const made = both.filter(({ exitCode }) => exitCode === 0).map(({ json }) => json.project_id);
    expect(new Set(made).size).toBe(1);
    for (const { json } of both.filter(({ exitCode }) => exitCode !== 0))
      expect(json).toMatchObject({ error: { code: 'already_initialized' } });
    const entries = listOf((await project.ask('audit')).json, 'entries');
    expect(entries.filter(({ type }) => type === 'project.initialized')).toHaveLength(1);
    const mcp = await project.connect();
    expect(await mcp.call('ces_manifest', REQUEST)).toMatchObject({ isError: false });
    expect(await project.ask('audit', 'verify')).toMatchObject({ exitCode: 0, json: { ok: true } });
  });
});

describe('two worktrees of one repository', () => {
  test('a worktree is not a way around: refused until `ces init`, then one project with a ledger for each', {
    timeout: 180_000,
  }, async () => {
    const project = await start();
    const worktree = `${project.home.folder}/worktree`;
    project.repo.git('worktree', 'add', '--quiet', worktree);
    const env = project.home.env;
    const there = async (...args: string[]) => {
      const run = await runCes([...args, '--json'], { cwd: worktree, env });
      return { exitCode: run.exitCode, json: run.json() };
    };

    expect(await there('status')).toMatchObject({
      exitCode: 2,
      json: {
        error: { code: 'root_lost_state', hint: expect.stringContaining(`ces init --project-root ${worktree}`) },
      },
    });
    const refused = await withServer(worktree, env, (mcp) => mcp.call('ces_manifest', REQUEST));
    expect(refused).toMatchObject({ isError: true, text: expect.stringMatching(/^root_lost_state: .*ces init/) });

    const here = await project.ask('status');
    const init = await there('init');
    expect(init).toMatchObject({ exitCode: 0, json: { project_id: here.json.project_id, joined: true } });

    const roots = [project.repo.root, worktree];
    const manifests = await Promise.all(roots.map((root) => workAtOnce(root, env)));
    expect(new Set(manifests).size).toBe(2);
    for (const root of roots) {
      const json = async (...args: string[]) => (await runCes([...args, '--json'], { cwd: root, env })).json();
      expect(await json('audit', 'verify')).toMatchObject({ ok: true, findings: [] });
      expect(await json('status')).toMatchObject({
        manifest: { id: manifests[roots.indexOf(root)], state: 'under_review' },
      });
    }

    expect(await uninstall(worktree, env)).toContain('which another checkout uses');
    expect(await project.ask('audit', 'verify')).toMatchObject({ exitCode: 0, json: { ok: true } });
    expect(await there('status')).toMatchObject({ json: { error: { code: 'root_lost_state' } } });
    expect(await there('init')).toMatchObject({ exitCode: 0 });
    expect(await there('audit', 'verify')).toMatchObject({ exitCode: 0, json: { ok: true } });
  });
});

/** Ten clients and commands at once in one checkout, and a whole loop among them; gives the manifest's id. */
async function workAtOnce(root: string, env: Readonly<Record<string, string>>): Promise<string> {
  const looks: Promise<CesRun>[] = Array.from({ length: 5 }, () => runCes(['status', '--json'], { cwd: root, env }));
  const asked = await Promise.all(
    Array.from({ length: 5 }, () => withServer(root, env, (mcp) => mcp.call('ces_manifest', REQUEST))),
  );
  const [manifest_id = '', ...others] = new Set(asked.map(manifestOf));
  expect(others).toEqual([]);
  for (const run of await Promise.all(looks)) expect(run.json()).toMatchObject({ schema_version: 1 });
  const claimed = await withServer(root, env, async (mcp) => {
    const evidence = { manifest_id, criteria: ['AC-1'], kind: 'observation', summary: 'It says b' };
    const { structured } = await mcp.call('ces_evidence_submit', evidence);
    await mcp.call('ces_verify');
    const criteria = [{ id: 'AC-1', evidence: [textOf(structured, 'evidence_id')] }];
    return mcp.call('ces_completion_claim', { manifest_id, summary: 'It says b', files_changed: [], criteria });
  });
  expect(claimed.structured).toMatchObject({ accepted: true });
  return manifest_id;
}

async function uninstall(root: string, env: Readonly<Record<string, string>>): Promise<string> {
  const terminal = startOnPty([nodeProgram, cesProgram(), 'uninstall', '--all', '--yes'], { cwd: root, env });
  expect(await terminal.exit).toMatchObject({ exitCode: 0 });
  return terminal.output();
}

async function withServer<T>(
  root: string,
  env: Readonly<Record<string, string>>,
  work: (mcp: Awaited<ReturnType<typeof startMcp>>) => Promise<T>,
): Promise<T> {
  const mcp = await startMcp(root, env);
  try {
    return await work(mcp);
  } finally {
    await mcp.close();
  }
}

/** The manifest that an answer is about: the loser of a race gets it, or a conflict that names it. */
function manifestOf({ isError, structured, text }: Answer): string {
  if (!isError) return textOf(structured, 'manifest_id');
  expect(text).toMatch(/^conflict: /);
  return /M-[0-9a-f]{12}/.exec(text)?.[0] ?? text;
}
