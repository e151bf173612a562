import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { cesProgram, nodeProgram } from '../../support/built.js';
import { pollUntil } from '../../support/deadline.js';
import { createGovernedProject, type GovernedProject, listOf } from '../../support/governed-project.js';
import { findDescendants } from '../../support/processes.js';
import { withDatabase } from '../../support/project-state.js';

const NEWEST = 'SELECT id FROM sessions ORDER BY started_at DESC, rowid DESC LIMIT 1';

interface Change {
  readonly path: string;
  /** Milliseconds: it was made between these moments. */
  readonly from: number;
  readonly to: number;
}

interface StoredGap {
  readonly kind: string;
  readonly from: string;
  readonly to: string | null;
}

/** A governed project whose changes are made by the test, which so knows when each was made. */
export interface Timeline {
  readonly project: GovernedProject;
  readonly changes: readonly Change[];
  serverPid(): number;
  watcherPid(): number;
  /** Calls a tool; with `ces_status` a post between changes. */
  call(tool: string, args?: Record<string, unknown>): Promise<unknown>;
  /** Makes a change of this path, and notes when. */
  change(path: string, mutate: () => unknown): void;
  gaps(): readonly StoredGap[];
  /** A further server beside, or in the place of, the first. */
  startServer(command?: readonly string[]): Promise<void>;
  killServer(): Promise<void>;
  dispose(): Promise<void>;
}

export async function beginTimeline(
  options: Parameters<typeof createGovernedProject>[0] = {},
  command: readonly string[] = [],
  { manifest = true, startTimeoutMs = 20_000 } = {},
): Promise<Timeline> {
  const project = await createGovernedProject(options);
  const changes: Change[] = [];
  const servers: { client: Client; pid: number }[] = [];
  const newest = () => {
    const server = servers.at(-1);
    if (server === undefined) throw new Error('no server was started');
    return server;
  };
  const gapsOf = (sessions: string) =>
    withDatabase(project.repo.root, (db) =>
      db
        .prepare<[], string>(`SELECT body FROM timeline WHERE kind = 'gap' AND session IN (${sessions}) ORDER BY id`)
        .pluck()
        .all()
        .map((body): StoredGap => JSON.parse(body)),
    );
  const timeline: Timeline = {
    project,
    changes,
    serverPid: () => newest().pid,
    watcherPid: () => {
      const found = findDescendants(newest().pid).find(({ command: line }) => line.includes('watcher.js'));
      if (found === undefined) throw new Error('the server has no watcher');
      return found.pid;
    },
    call: (name, args = {}) => newest().client.callTool({ name, arguments: args }, undefined, { timeout: 120_000 }),
    change: (path, mutate) => {
      const from = Date.now();
      mutate();
      changes.push({ path, from, to: Date.now() });
    },
    gaps: () => gapsOf('SELECT id FROM sessions'),
    startServer: async (wrapped = []) => {
      servers.push(await startServer(project, wrapped));
      await pollUntil(() => gapsOf(NEWEST).some(({ kind, to }) => kind === 'starting' && to !== null), {
        message: 'the watcher has looked at every folder',
        timeoutMs: startTimeoutMs,
      });
    },
    killServer: async () => {
      const { pid, client } = newest();
      process.kill(pid, 'SIGKILL');
      await client.close();
      servers.pop();
    },
    dispose: async () => {
      for (const { pid, client } of servers) {
        for (const { pid: child } of findDescendants(pid)) process.kill(child, 'SIGCONT');
        process.kill(pid, 'SIGCONT');
        await client.close();
      }
      await project.dispose();
    },
  };
  try {
    await timeline.startServer(command);
    const request = { objective: 'Rework it', scope: ['src/**'], acceptance_criteria: ['It is reworked'] };
    if (manifest) await timeline.call('ces_manifest', request);
    return timeline;
  } catch (error) {
    await timeline.dispose();
    throw error;
  }
}

async function startServer({ repo, home }: GovernedProject, wrapped: readonly string[]) {
  const [command = nodeProgram, ...args] = [...wrapped, nodeProgram, cesProgram(), 'serve'];
  const transport = new StdioClientTransport({ command, args, cwd: repo.root, env: { ...home.env }, stderr: 'ignore' });
  const client = new Client({ name: 'ces-tests', version: '1.0.0' });
  await client.connect(transport);
  return { client, pid: transport.pid ?? 0 };
}

/**
 * Waits until `ces explain` gives an answer that holds for every change that was made: its path is there, and either the
 * calls that it names lie around it, or a gap covers it. A gap that only says that it is too early to tell does not count.
 */
export async function checkTimeline(
  timeline: Timeline,
  explain = () => timeline.project.ask('explain'),
): Promise<void> {
  let wrong: string[] = [];
  const check = async () => {
    const { json } = await explain();
    const explained = [...listOf(json, 'changes'), ...listOf(json, 'residue')];
    const times = new Map(explained.map(({ path, when }) => [path, when]));
    const last = new Map(timeline.changes.map((change) => [change.path, change]));
    wrong = [...last.values()].flatMap((change) => {
      const said: unknown = times.get(change.path);
      return holds(change, said) ? [] : [`${JSON.stringify(change)}: ${JSON.stringify(said)}`];
    });
    return wrong.length === 0;
  };
  await pollUntil(check, { message: 'an account that holds', timeoutMs: 30_000, everyMs: 500 }).catch(
    (error: unknown) => {
      throw new Error(`${String(error)}; it does not for ${wrong.length}:\n${wrong.slice(0, 3).join('\n')}`);
    },
  );
}

function holds({ from, to }: Change, said: unknown): boolean {
  const { seen, between, gaps = [] } = readSaid(said);
  if (seen && timeOf(between?.before, 0) <= to && timeOf(between?.after, Number.POSITIVE_INFINITY) >= from) return true;
  return gaps.some(
    (gap) => gap.kind !== 'unrecorded' && Date.parse(gap.from) <= from && (gap.to === null || Date.parse(gap.to) >= to),
  );
}

interface Said {
  readonly seen?: boolean;
  readonly between?: { readonly before: { at: string } | null; readonly after: { at: string } | null };
  readonly gaps?: readonly StoredGap[];
}

function readSaid(said: unknown): Said {
  return said === undefined ? {} : JSON.parse(JSON.stringify(said));
}

function timeOf(call: { at: string } | null | undefined, none: number): number {
  return call == null ? none : Date.parse(call.at);
}

/** Removes a file that a test put somewhere. */
export function removeFile(timeline: Timeline, path: string): void {
  rmSync(join(timeline.project.repo.root, path));
}
