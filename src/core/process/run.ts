import { statSync } from 'node:fs';
import { execa } from 'execa';
import { CesError } from '../errors.js';
import { createCappedOutput } from './capped-output.js';
import { findProgram } from './find-program.js';
import { killGroup, killGroupAtExit } from './process-group.js';

export interface RunOptions {
  readonly cwd: string;
  /** The whole environment: nothing of CES's own is added. */
  readonly env: Readonly<Record<string, string>>;
  readonly input?: Buffer | string;
  readonly timeoutMs: number;
  /** Kept of stdout and of stderr each: the first and the last half of it. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}

export interface RunResult {
  /** null when it was killed by a signal. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly aborted: boolean;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Something was left out of the middle of stdout or stderr; a line there says how much. */
  readonly truncated: boolean;
  readonly durationMs: number;
}

/** Runs a program without a shell. Whatever its exit code, that is a result; refuses `tool_missing`, `process_failed`. */
export type RunProcess = (argv: readonly string[], options: RunOptions) => Promise<RunResult>;

/** How long output that is already in the pipes may take to arrive after the group is dead. */
const DRAIN_MS = 500;

/**
 * Runs argv in a process group of its own and returns when the whole group is dead: a timeout (milliseconds), an abort
 * and a normal end all kill what is left of it. Refuses `tool_missing`, and `process_failed` where it can't be started or killed.
 */
export const runProcess: RunProcess = async (argv, options) => {
  const [file, ...args] = argv;
  if (file === undefined || file === '')
    throw new CesError('invalid_input', 'An empty command can’t be run.', 'Name a program.');
  const startedAt = performance.now();
  if (options.signal?.aborted === true) return abortedBeforeStart();
  const child = execa(file, args, {
    cwd: options.cwd,
    env: { ...options.env },
    extendEnv: false,
    detached: true,
    cleanup: false,
    reject: false,
    buffer: false,
    stripFinalNewline: false,
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
  });
  const pid = child.pid;
  if (pid === undefined) throw describeSpawnFailure(file, options, await child);
  const forget = killGroupAtExit(pid);
  const stdout = createCappedOutput(options.maxBytes);
  const stderr = createCappedOutput(options.maxBytes);
  child.stdout.on('data', stdout.push);
  child.stderr.on('data', stderr.push);
  const exited = new Promise<{ exitCode: number | null; signal: string | null }>((resolve) => {
    child.nodeChildProcess.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const ended = new Promise<void>((resolve) => {
    void child.then(() => resolve());
  });
  let timedOut = false;
  let aborted = false;
  const timer = setTimeout(() => {
    timedOut = true;
    signalGroup(pid);
  }, options.timeoutMs);
  const onAbort = (): void => {
    aborted = true;
    signalGroup(pid);
  };
  options.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const { exitCode, signal } = await exited;
    clearTimeout(timer);
    await killGroup(pid);
    await settleOrDrop(ended, () => {
      child.stdout.destroy();
      child.stderr.destroy();
    });
    return {
      exitCode,
      signal,
      timedOut,
      aborted,
      stdout: stdout.bytes(),
      stderr: stderr.bytes(),
      truncated: stdout.truncated() || stderr.truncated(),
      durationMs: Math.round(performance.now() - startedAt),
    };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', onAbort);
    forget();
  }
};

function signalGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone; killGroup waits for it and says so where it is not.
  }
}

/** A process that left the group may hold the pipes open for ever: what it prints after the end is not waited for. */
async function settleOrDrop(ended: Promise<void>, drop: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      drop();
      resolve();
    }, DRAIN_MS);
  });
  await Promise.race([ended, late]);
  clearTimeout(timer);
}

function describeSpawnFailure(
  file: string,
  { cwd, env }: RunOptions,
  failure: { code?: string; originalMessage?: string },
): CesError {
  if (!isFolder(cwd))
    return new CesError('process_failed', `The folder ${cwd} is not there.`, 'Run it in a folder that exists.');
  // The system's own answer is EACCES where only some folder on PATH can't be searched.
  if (findProgram(file, cwd, env.PATH ?? '') === null) {
    return new CesError('tool_missing', `The program ${file} was not found.`, `Install ${file}, or put it on PATH.`);
  }
  return new CesError(
    'process_failed',
    `The program ${file} could not be started: ${failure.code ?? failure.originalMessage ?? 'unknown error'}.`,
    'Check that it is an executable file.',
  );
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function abortedBeforeStart(): RunResult {
  const nothing = Buffer.alloc(0);
  return {
    exitCode: null,
    signal: null,
    timedOut: false,
    aborted: true,
    stdout: nothing,
    stderr: nothing,
    truncated: false,
    durationMs: 0,
  };
}
