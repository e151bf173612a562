import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { refuseNodeWarnings } from './node-warnings.js';

export const projectRoot = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/** The Node that runs the tests, and so the built program. */
export const nodeProgram = process.execPath;

/** Path of the built `ces`. Throws when the sources did not build. */
export function cesProgram(): string {
  const failure = process.env.CES_TEST_BUILD_FAILURE;
  if (failure !== undefined) throw new Error(`dist/ could not be built:\n${failure}`);
  return join(projectRoot, 'dist', 'ces.js');
}

export interface Home {
  /** HOME, XDG_CONFIG_HOME and XDG_STATE_HOME, all inside one temporary folder, and PATH with the tests' Node first. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  dispose(): void;
}

/** A home of its own for `ces`: no key, no git configuration, no state of the person who runs the tests. */
export function createHome(): Home {
  const folder = mkdtempSync(join(tmpdir(), 'ces-home-'));
  const config = join(folder, 'config');
  const state = join(folder, 'state');
  for (const path of [config, state]) mkdirSync(path);
  const env = {
    HOME: folder,
    XDG_CONFIG_HOME: config,
    XDG_STATE_HOME: state,
    PATH: `${dirname(nodeProgram)}:${process.env.PATH ?? '/usr/bin:/bin'}`,
    TMPDIR: tmpdir(),
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
  };
  return { env, folder, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface CesRun {
  /** null when it was killed at the time limit. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout, else stderr, parsed as JSON; throws when that is not JSON. */
  json(): unknown;
}

export interface CesRunOptions {
  readonly cwd: string;
  /** The whole environment, usually `home.env`; without it the run gets a new home that is removed afterwards. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly timeoutMs?: number;
  /** Options of Node, in front of the program. */
  readonly nodeArgs?: readonly string[];
  /** A command that takes the program's own as its arguments, such as `setpriv`. */
  readonly wrap?: readonly string[];
}

/** Runs the built program as a process of its own, without a terminal. Throws on a warning by Node. */
export async function runCes(args: readonly string[], options: CesRunOptions): Promise<CesRun> {
  if (options.env !== undefined) return runIn(options.env, args, options);
  const home = createHome();
  try {
    return await runIn(home.env, args, options);
  } finally {
    home.dispose();
  }
}

async function runIn(env: Readonly<Record<string, string>>, args: readonly string[], options: CesRunOptions) {
  const [file = nodeProgram, ...rest] = [
    ...(options.wrap ?? []),
    nodeProgram,
    ...(options.nodeArgs ?? []),
    cesProgram(),
    ...args,
  ];
  const child = spawn(file, rest, {
    cwd: options.cwd,
    env: { ...env },
    timeout: options.timeoutMs ?? 60_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // A program that ends without reading its input closes the pipe first: no failure of the run.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  refuseNodeWarnings(stderr);
  const json = (): unknown => JSON.parse(stdout.trim() === '' ? stderr : stdout);
  return { exitCode, stdout, stderr, json };
}
