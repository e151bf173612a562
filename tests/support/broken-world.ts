import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { witnessPath } from '../../src/core/witness/heads.js';
import { type CesRun, runCes } from './built.js';
import { createGovernedProject, type GovernedProject, textOf } from './governed-project.js';
import { type McpSession, startMcp } from './mcp-client.js';
import { withDatabase } from './project-state.js';

export interface World {
  readonly project: GovernedProject;
  readonly root: string;
  /** `.ces/state.db`. */
  readonly database: string;
  /** What CES keeps outside the workspace. */
  readonly stateDir: string;
  readonly projectId: string;
  readonly witness: string;
  readonly env: Readonly<Record<string, string>>;
  /** The claim that is still to be made, and that a whole world accepts. */
  readonly claim: Readonly<Record<string, unknown>>;
  /** Puts everything back as it was made. */
  restore(): void;
  dispose(): Promise<void>;
}

/** A governed project whose work is done and verified, and not claimed yet. */
export async function createWorld(beforeInit?: (project: GovernedProject) => Promise<unknown>): Promise<World> {
  const project = await createGovernedProject({ beforeInit });
  const { root } = project.repo;
  const env = project.home.env;
  const claim = await doWork(project);
  const copy = mkdtempSync(join(tmpdir(), 'ces-world-'));
  const places = { root, home: project.home.folder };
  for (const [name, path] of Object.entries(places)) copyFolder(path, join(copy, name));
  const stateDir = join(env.XDG_STATE_HOME ?? '', 'ces');
  const [projectId = ''] = readdirSync(join(stateDir, 'projects'));
  return {
    project,
    root,
    database: join(root, '.ces', 'state.db'),
    stateDir,
    projectId,
    witness: witnessPath({ stateDir, projectId, root }),
    env,
    claim,
    restore: () => {
      for (const [name, path] of Object.entries(places)) {
        for (const entry of readdirSync(path)) rmSync(join(path, entry), { recursive: true, force: true });
        copyFolder(`${join(copy, name)}/.`, path);
      }
    },
    dispose: async () => {
      await project.dispose();
      rmSync(copy, { recursive: true, force: true });
    },
  };
}

/** With modes and times, which cpSync does not keep of folders. */
export function copyFolder(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to]);
}

async function doWork(project: GovernedProject): Promise<Record<string, unknown>> {
  const mcp = await project.connect();
  const request = { objective: 'Say b in a.js', scope: ['src/**'], acceptance_criteria: ['It says b'] };
  const manifest_id = textOf((await mcp.call('ces_manifest', request)).structured, 'manifest_id');
  project.repo.write('src/a.js', "export const a = 'b';\n");
  const evidence = { manifest_id, criteria: ['AC-1'], kind: 'file', summary: 'It says b', path: 'src/a.js' };
  const evidence_id = textOf((await mcp.call('ces_evidence_submit', evidence)).structured, 'evidence_id');
  expect((await mcp.call('ces_verify')).structured).toMatchObject({ verdict: 'pass' });
  await mcp.close();
  const criteria = [{ id: 'AC-1', evidence: [evidence_id] }];
  return { manifest_id, summary: 'It says b', files_changed: ['src/a.js'], criteria };
}

/** Asserts that a command could not answer, with this code: one clear error, a next step, nothing on stdout, no stack. */
export function expectError(run: CesRun, code: string): void {
  expect({ exitCode: run.exitCode, stdout: run.stdout, stderr: run.stderr }).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.json()).toMatchObject({
    error: { code, message: expect.stringMatching(/\S/), hint: expect.stringMatching(/\S/) },
  });
  expectNoStack(run.stderr);
}

export function expectNoStack(text: string): void {
  expect(text).not.toMatch(/^\s+at |node:internal|Internal error/m);
}

/** `ces status` and `ces why` with `--json`, run by `how`. */
export function lookTwice(
  world: World,
  options: { env?: Readonly<Record<string, string>>; wrap?: readonly string[] } = {},
) {
  const look = (command: string) =>
    runCes([command, '--json'], { cwd: world.root, env: options.env ?? world.env, wrap: options.wrap });
  return Promise.all([look('status'), look('why')]);
}

/** Makes the claim with a server of its own. */
export async function claimOnce(
  world: World,
  options: { env?: Readonly<Record<string, string>>; wrap?: readonly string[]; nodeArgs?: readonly string[] } = {},
) {
  const mcp = await startMcp(world.root, options.env ?? world.env, options.nodeArgs, options.wrap);
  try {
    return await callClaim(world, mcp);
  } finally {
    await mcp.close();
  }
}

export async function callClaim(world: World, mcp: McpSession) {
  const answer = await mcp.call('ces_completion_claim', { ...world.claim });
  expectNoStack(mcp.stderr());
  return answer;
}

/** Asserts that a tool could not answer, with this code. */
export function expectRefusal(answer: { isError: boolean; text: string; structured: object }, code: string): void {
  expect(answer).toMatchObject({
    isError: true,
    structured: {},
    text: expect.stringMatching(new RegExp(`^${code}: `)),
  });
  expectNoStack(answer.text);
}

/** Asserts that the claim is accepted now, that no retry was spent, and that the ledger verifies. */
export async function expectLoopGoesOn(world: World): Promise<void> {
  const { structured, text } = await claimOnce(world);
  const { accepted, state, retries_left } = structured;
  expect({ accepted, state, retries_left, findings: accepted === true ? [] : structured.findings, text }).toMatchObject(
    {
      accepted: true,
      state: 'under_review',
      retries_left: 3,
    },
  );
  expect(await world.project.ask('audit', 'verify')).toMatchObject({ exitCode: 0, json: { ok: true } });
}

/** SHA-256 over what was decided and recorded, apart from who came and went. */
export function digestDecided(world: World): string {
  const rows = withDatabase(world.root, (db) => [
    db.prepare('SELECT * FROM manifests ORDER BY id').all(),
    db.prepare('SELECT * FROM records ORDER BY kind, id').all(),
  ]);
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
}
