import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { type Context, createContext, systemClock } from '../../src/core/context.js';
import { CesError } from '../../src/core/errors.js';
import { digestOf } from '../../src/core/ledger/entry.js';
import { approve, proposeChange, proposeOther } from '../../src/core/operations/approve.js';
import { type AuditVerdict, verifyLedger } from '../../src/core/operations/audit.js';
import { init } from '../../src/core/operations/init.js';
import { findPending } from '../../src/core/operations/pending.js';
import { reject } from '../../src/core/operations/reject.js';
import { reviewChange } from '../../src/core/operations/review-change.js';
import { createProjectFolder } from '../../src/core/store/project-folder.js';
import { createPins } from '../../src/core/witness/pins.js';
import { createRootRegistry } from '../../src/core/witness/registry.js';
import { createServer } from '../../src/server/server.js';
import { createTestKey, signBytes, signerLine, type TestKey } from '../support/keys.js';
import { type ProjectState, readState } from '../support/project-state.js';
import { createTempRepo } from '../support/temp-repo.js';

const PROJECT = 'proj-0123456789abcdef01234567';

/** What every fuzzed project starts with. The check passes while there is no file `src/broken`. */
export const START_FILES: Readonly<Record<string, string>> = {
  'README.md': '# A project\n',
  'src/a.js': 'export const a = 1;\n',
  'src/b.js': 'export const b = 2;\n',
  'docs/notes.md': 'notes\n',
  '.ces/verification-profile.json': JSON.stringify({
    version: 1,
    checks: { quick: { status: 'required', argv: ['test', '!', '-e', 'src/broken'], parser: 'exit-code' } },
  }),
};

/** An answer to a tool call, or how it was refused. */
export type Answer =
  | { readonly kind: 'answer'; readonly value: Readonly<Record<string, unknown>> }
  | { readonly kind: 'refusal'; readonly code: string; readonly text: string };

/** The real server over the real core on a real repository, in this process, with the operator beside it. */
export interface FuzzProject {
  readonly root: string;
  readonly agent: Context;
  call(tool: string, args: Readonly<Record<string, unknown>>): Promise<Answer>;
  /** Waits until no verification is running. */
  settle(): Promise<void>;
  approve(): Promise<Answer>;
  reject(cancel: boolean): Promise<Answer>;
  write(path: string, content: string | null): void;
  commitAll(): void;
  state(): ProjectState;
  audit(): Promise<AuditVerdict>;
  dispose(): Promise<void>;
}

export interface FuzzTemplate {
  /** A copy of its own. */
  open(): Promise<FuzzProject>;
  /** What the server logged in any copy: bugs. */
  readonly log: readonly string[];
  dispose(): void;
}

/** Makes the project once; each copy is then a matter of copying files. */
export async function createFuzzTemplate(): Promise<FuzzTemplate> {
  const repo = createTempRepo(START_FILES);
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'ces-fuzz-home-')));
  const folders = { configDir: join(home, 'config'), stateDir: join(home, 'state') };
  for (const path of Object.values(folders)) mkdirSync(path, { mode: 0o700 });
  const key = await createTestKey(folders.configDir);
  writeFileSync(join(folders.configDir, 'allowed_signers'), signerLine('ada', key.publicKey), { mode: 0o600 });
  await init({
    root: repo.root,
    name: 'fuzzed',
    gitCommonDir: null,
    folder: createProjectFolder(repo.root),
    registry: createRootRegistry(folders),
    clock: systemClock,
    caller: { principal: 'operator', channel: 'cli', session: null },
    newProjectId: () => PROJECT,
    signerLine: null,
    pin: (projectId, digest) => createPins({ configDir: folders.configDir, projectId }).add(digest),
  });
  // Accepted by the operator, as the policy is: only then does it count without a word of theirs.
  await createPins({ configDir: folders.configDir, projectId: PROJECT }).add(
    digestOf(START_FILES['.ces/verification-profile.json']),
  );
  repo.commit('Govern it');
  const log: string[] = [];
  return {
    log,
    open: () => openCopy(repo.root, home, key, log),
    dispose: () => {
      repo.dispose();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function openCopy(from: string, fromHome: string, key: TestKey, log: string[]): Promise<FuzzProject> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ces-fuzz-')));
  const root = join(folder, 'project');
  const home = join(folder, 'home');
  cpSync(from, root, { recursive: true });
  cpSync(fromHome, home, { recursive: true });
  const folders = { configDir: join(home, 'config'), stateDir: join(home, 'state') };
  const open = (principal: 'agent' | 'operator', channel: 'mcp' | 'cli'): Context =>
    createContext({ root, folders, caller: { principal, channel, session: null }, mode: 'write' });
  const agent = open('agent', 'mcp');
  const operator = open('operator', 'cli');
  const { server } = createServer({
    getContext: async () => agent,
    onCall: () => undefined,
    log: (line) => log.push(line),
  });
  const client = new Client({ name: 'fuzz', version: '1' });
  const [one, other] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(one), client.connect(other)]);
  // From here on the client holds every answer against the tool's output schema.
  await client.listTools();
  const signer = { kind: 'key' as const, sign: (statement: Uint8Array) => signBytes(key, statement) };
  const settle = async (): Promise<void> => {
    while (agent.runs.size > 0) await Promise.all([...agent.runs.values()].map((run) => run.done));
  };
  return {
    root,
    agent,
    settle,
    call: (tool, args) => callTool(client, tool, args),
    approve: () =>
      answer(async () => {
        const pending = findPending(operator, undefined);
        const proposal =
          pending.kind === 'change'
            ? proposeChange(operator, pending, await reviewChange(operator, pending.row, []))
            : proposeOther(operator, pending);
        const { decision } = await approve(operator, proposal, signer, async () => undefined);
        return { kind: decision.kind, id: pending.id };
      }),
    reject: (cancel) =>
      answer(async () => {
        const { id, kind } = await reject(operator, { reason: 'not like this', cancel });
        return { id, kind };
      }),
    write: (path, content) => {
      const at = join(root, path);
      if (content === null) return rmSync(at, { recursive: true, force: true });
      if (!existsSync(dirname(at))) mkdirSync(dirname(at), { recursive: true });
      writeFileSync(at, content);
    },
    commitAll: () => commitIn(root),
    state: () => readState(root),
    audit: () => verifyLedger(operator),
    dispose: async () => {
      await settle();
      await client.close();
      await agent.close();
      await operator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function callTool(client: Client, name: string, args: Readonly<Record<string, unknown>>): Promise<Answer> {
  const result = await client.callTool({ name, arguments: args });
  if (result.isError !== true)
    return { kind: 'answer', value: isRecord(result.structuredContent) ? result.structuredContent : {} };
  const [first]: readonly unknown[] = Array.isArray(result.content) ? result.content : [];
  const text = isRecord(first) ? String(first.text) : '';
  return { kind: 'refusal', code: text.slice(0, text.indexOf(':')), text };
}

async function answer(work: () => Promise<Readonly<Record<string, unknown>>>): Promise<Answer> {
  try {
    return { kind: 'answer', value: await work() };
  } catch (error) {
    if (!(error instanceof CesError)) throw error;
    return { kind: 'refusal', code: error.code, text: error.message };
  }
}

function commitIn(root: string): void {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
      cwd: root,
      stdio: 'ignore',
    });
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', 'More');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
