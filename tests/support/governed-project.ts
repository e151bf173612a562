import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CesRun, cesProgram, createHome, type Home, nodeProgram, runCes } from './built.js';
import { createTestKey, PASSPHRASE, signerLine, type TestKey } from './keys.js';
import { type McpSession, startMcp } from './mcp-client.js';
import { type Pty, startOnPty } from './pty.js';
import { createTempRepo, type TempRepo } from './temp-repo.js';

export interface CheckConfig {
  readonly status: 'required' | 'optional' | 'advisory' | 'unavailable';
  readonly argv: readonly string[];
  readonly parser?: string;
}

export interface GovernedProject {
  readonly repo: TempRepo;
  readonly home: Home;
  /** Runs the built program in the project, without a terminal. */
  ces(...args: string[]): Promise<CesRun>;
  /** The same with `--json`: the exit code and the one object that it printed. */
  ask(...args: string[]): Promise<{ exitCode: number | null; json: Readonly<Record<string, unknown>> }>;
  /** Starts the built program in the project on a terminal of its own. */
  onTerminal(...args: string[]): Pty;
  /** A new server with the SDK's client. */
  connect(): Promise<McpSession>;
  /** Kills what still runs and removes everything. */
  dispose(): Promise<void>;
}

/** A check that passes at once. */
export const QUICK_CHECK: CheckConfig = { status: 'required', argv: ['git', '--version'] };

/**
 * A repository with a committed profile that `ces init` made a project. Without `repo`, a small one. `beforeInit` runs before
 * `ces init`, and may put a key in place.
 */
export async function createGovernedProject(options: {
  repo?: TempRepo;
  checks?: Readonly<Record<string, CheckConfig>>;
  beforeInit?: (project: GovernedProject) => Promise<unknown>;
}): Promise<GovernedProject> {
  const repo = options.repo ?? createTempRepo({ 'README.md': '# A project\n', 'src/a.js': 'export const a = 1;\n' });
  const project = openProject(repo, createHome());
  try {
    const profile = { version: 1, checks: options.checks ?? { quick: QUICK_CHECK } };
    repo.write('.ces/verification-profile.json', `${JSON.stringify(profile, null, 2)}\n`);
    await options.beforeInit?.(project);
    const made = await project.ces('init');
    if (made.exitCode !== 0) throw new Error(`ces init ended with ${made.exitCode}:\n${made.stdout}${made.stderr}`);
    repo.commit('Govern it');
    return project;
  } catch (error) {
    await project.dispose();
    throw error;
  }
}

/** Puts an operator's key in place that signs at once: the same as `ces key create` makes, with fewer rounds. */
export async function placeOperatorKey(project: GovernedProject): Promise<TestKey> {
  const folder = join(project.home.env.XDG_CONFIG_HOME ?? '', 'ces');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const key = await createTestKey(folder, 'id_ces', PASSPHRASE);
  writeFileSync(join(folder, 'allowed_signers'), signerLine('ada@example.com', key.publicKey), { mode: 0o600 });
  return key;
}

/** What ssh-keygen asks with. */
export const PASSPHRASE_PROMPT = /Enter passphrase[^\n]*: ?$/;

/** Types the passphrase of the operator's key when it is asked for, and gives back how the command ended. */
export async function signOnTerminal(
  project: GovernedProject,
  args: readonly string[],
  beforeTyping?: () => unknown,
): Promise<{ exitCode: number; output: string }> {
  const terminal = project.onTerminal('approve', '--yes', ...args);
  try {
    await terminal.waitFor(PASSPHRASE_PROMPT);
    await beforeTyping?.();
    terminal.write(`${PASSPHRASE}\r`);
    const { exitCode } = await terminal.exit;
    return { exitCode, output: terminal.output() };
  } finally {
    await terminal.dispose();
  }
}

function openProject(repo: TempRepo, home: Home): GovernedProject {
  const sessions = new Set<McpSession>();
  const ces = (...args: string[]) => runCes(args, { cwd: repo.root, env: home.env });
  return {
    repo,
    home,
    ces,
    ask: async (...args) => {
      const result = await ces(...args, '--json');
      const json = result.json();
      if (!isRecord(json)) throw new Error(`ces ${args.join(' ')} did not print an object`);
      return { exitCode: result.exitCode, json };
    },
    onTerminal: (...args) => startOnPty([nodeProgram, cesProgram(), ...args], { cwd: repo.root, env: home.env }),
    connect: async () => {
      const session = await startMcp(repo.root, home.env);
      sessions.add(session);
      return session;
    },
    dispose: async () => {
      for (const session of sessions) if (session.isAlive()) await session.kill();
      repo.dispose();
      home.dispose();
    },
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text field of an answer; throws with the whole answer where there is none. */
export function textOf(answer: unknown, field: string): string {
  const value = isRecord(answer) ? answer[field] : undefined;
  if (typeof value !== 'string') throw new Error(`no text ${field} in ${JSON.stringify(answer)?.slice(0, 2000)}`);
  return value;
}

/** A list of objects in an answer; throws with the whole answer where there is none. */
export function listOf(answer: unknown, field: string): readonly Readonly<Record<string, unknown>>[] {
  const value: unknown = isRecord(answer) ? answer[field] : undefined;
  if (!Array.isArray(value) || !value.every(isRecord))
    throw new Error(`no list ${field} in ${JSON.stringify(answer)?.slice(0, 2000)}`);
  return value;
}
