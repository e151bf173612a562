import { createContext } from '../../../src/core/context.js';
import { CesError } from '../../../src/core/errors.js';
import { findFolders } from '../../../src/core/folders.js';
import { approve, proposeChange, proposeOther } from '../../../src/core/operations/approve.js';
import { findPending } from '../../../src/core/operations/pending.js';
import { reject } from '../../../src/core/operations/reject.js';
import { reviewChange } from '../../../src/core/operations/review-change.js';
import type { GovernedProject } from '../../support/governed-project.js';
import { signBytes, type TestKey } from '../../support/keys.js';
import { type Answer, type McpSession, startMcp } from '../../support/mcp-client.js';
import { findDescendants } from '../../support/processes.js';

/** One agent's client, which may be ended and started again. */
export interface SoakClient {
  session: McpSession;
  manifest: string;
  evidence: string;
}

export interface Soak {
  readonly project: GovernedProject;
  readonly env: Readonly<Record<string, string>>;
  readonly key: TestKey;
  readonly done: Map<string, number>;
  /** When a watcher was killed last, as `performance.now()`. */
  killedAt: number;
  /** Numbers below 1, from a seed. */
  random(): number;
}

type Use = (soak: Soak, client: SoakClient) => Promise<unknown>;

const PATHS = ['src/a.js', 'src/b.js', 'docs/notes.md'];

/** Random use: the weight, what it is called, and what it does. */
const USES: readonly (readonly [number, string, Use])[] = [
  [6, 'status', (_, { session }) => call(session, 'ces_status', { paths: ['src/a.js'] })],
  [4, 'manifest', (_, client) => takeManifest(client)],
  [4, 'edit', async (soak) => edit(soak)],
  [5, 'honest work', (soak, client) => workHonestly(soak, client)],
  [2, 'verify', (_, { session }) => call(session, 'ces_verify', { wait_seconds: 0 })],
  [
    2,
    'claim',
    (_, { session, manifest }) =>
      call(session, 'ces_completion_claim', { manifest_id: manifest, summary: 'x', files_changed: [], criteria: [] }),
  ],
  [1, 'blocked', (_, { session }) => call(session, 'ces_report_blocked', { reason: 'stuck', needs: 'help' })],
  [3, 'approve', (soak) => decide(soak, 'approve')],
  [2, 'reject', (soak) => decide(soak, 'reject')],
  [3, 'cancel', (soak) => decide(soak, 'cancel')],
  [2, 'put back', async ({ project }) => project.repo.git('checkout', '--quiet', '--', '.')],
  [1, 'commit', async ({ project }) => project.repo.commit('More')],
  [1, 'nonsense', (_, { session }) => call(session, 'ces_status', { bogus: '\ud800', paths: ['../x'] })],
  [1, 'resources', (_, { session }) => session.client.readResource({ uri: 'ces://delta' })],
  [1, 'kill the watcher', async (soak, { session }) => killWatcher(soak, session)],
];

/** Does one thing, by chance. */
export async function useOnce(soak: Soak, client: SoakClient): Promise<void> {
  let at = soak.random() * USES.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, name, use] of USES) {
    at -= weight;
    if (at > 0) continue;
    soak.done.set(name, (soak.done.get(name) ?? 0) + 1);
    await use(soak, client);
    return;
  }
}

export async function startClient(soak: Soak): Promise<SoakClient> {
  return {
    session: await startMcp(soak.project.repo.root, soak.env),
    manifest: 'M-000000000000',
    evidence: 'E-000000000000',
  };
}

/** Ends a client's server, by its own end of input or by SIGKILL, and starts another. */
export async function restart(soak: Soak, client: SoakClient): Promise<void> {
  const how = soak.random() < 0.5 ? 'restart' : 'restart after SIGKILL';
  soak.done.set(how, (soak.done.get(how) ?? 0) + 1);
  await (how === 'restart' ? client.session.close() : client.session.kill());
  Object.assign(client, await startClient(soak));
}

async function call(session: McpSession, tool: string, args: Record<string, unknown>): Promise<Answer> {
  const answer = await session.call(tool, args);
  if (/^internal:|Internal error/.test(answer.text))
    throw new Error(`${tool} ${JSON.stringify(args)}: ${answer.text}\n${session.stderr()}`);
  return answer;
}

async function takeManifest(client: SoakClient): Promise<void> {
  const answer = await call(client.session, 'ces_manifest', {
    objective: 'Change the greeting',
    scope: ['src/**', 'docs/**'],
    acceptance_criteria: ['It is done'],
  });
  if (typeof answer.structured.manifest_id === 'string') client.manifest = answer.structured.manifest_id;
}

async function edit({ project, random }: Soak): Promise<void> {
  const path = PATHS[Math.floor(random() * PATHS.length)] ?? 'src/a.js';
  project.repo.write(path, `export const x = ${Math.floor(random() * 1000)};\n`);
}

async function workHonestly(soak: Soak, client: SoakClient): Promise<void> {
  await takeManifest(client);
  await edit(soak);
  const { session, manifest: manifest_id } = client;
  const evidence = await call(session, 'ces_evidence_submit', {
    manifest_id,
    criteria: ['AC-1'],
    kind: 'observation',
    summary: 'Seen',
  });
  await call(session, 'ces_verify', {});
  const changed = soak.project.repo
    .git('diff', '--name-only', 'HEAD')
    .split('\n')
    .filter((path) => path !== '');
  const id = evidence.structured.evidence_id;
  await call(session, 'ces_completion_claim', {
    manifest_id,
    summary: 'Done',
    files_changed: changed,
    criteria: [{ id: 'AC-1', evidence: typeof id === 'string' ? [id] : [] }],
  });
}

/** The operator, in this process, with a signer of the test's own. A no is an answer like any other. */
async function decide({ project, env, key }: Soak, how: 'approve' | 'reject' | 'cancel'): Promise<void> {
  const ctx = createContext({
    root: project.repo.root,
    folders: findFolders(env),
    caller: { principal: 'operator', channel: 'cli', session: null },
    mode: 'write',
  });
  try {
    if (how !== 'approve') return void (await reject(ctx, { reason: 'not like this', cancel: how === 'cancel' }));
    const pending = findPending(ctx, undefined);
    const proposal =
      pending.kind === 'change'
        ? proposeChange(ctx, pending, await reviewChange(ctx, pending.row, []))
        : proposeOther(ctx, pending);
    const signer = { kind: 'key' as const, sign: (statement: Uint8Array) => signBytes(key, statement) };
    await approve(ctx, proposal, signer, async () => undefined);
  } catch (error) {
    if (!(error instanceof CesError)) throw error;
  } finally {
    await ctx.close();
  }
}

// A watcher that dies five times within a minute is given up, as it should be; that is tried elsewhere.
const KILL_EVERY_MS = 30_000;

function killWatcher(soak: Soak, session: McpSession): void {
  if (performance.now() - soak.killedAt < KILL_EVERY_MS) return;
  soak.killedAt = performance.now();
  const watcher = findDescendants(session.pid).find(({ command }) => command.includes('watcher.js'));
  if (watcher !== undefined) process.kill(watcher.pid, 'SIGKILL');
}
