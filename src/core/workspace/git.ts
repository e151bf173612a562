import { spawn } from 'node:child_process';
import { delimiter, isAbsolute } from 'node:path';
import { CesError } from '../errors.js';
import { INSTALL_GIT, requireGitVersion } from './git-version.js';

export interface GitResult {
  readonly exitCode: number;
  /** Empty where `onStdout` took it. */
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs git with these arguments in `cwd`. Refuses with `tool_missing` and, at the time limit, `git_failed`. */
export type RunGit = (
  args: readonly string[],
  options: { cwd: string; input?: Buffer; onStdout?: (chunk: Buffer) => void },
) => Promise<GitResult>;

/** What a repository's own configuration must not decide while CES reads it. */
const fixedArguments = [
  '--no-optional-locks',
  ...['-c', 'core.fsmonitor=false'],
  ...['-c', 'core.hooksPath=/dev/null'],
  ...['-c', 'diff.external='],
  ...['-c', 'core.quotePath=false'],
];

/** HOME and XDG_CONFIG_HOME lead git to the user's own configuration: excludes, attributes, safe.directory. */
const passedOn = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'TMPDIR'];

const fixedEnvironment = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_REPLACE_OBJECTS: '1', // refs/replace would show other contents under a commit's name
  GIT_NO_LAZY_FETCH: '1',
  GIT_PAGER: 'cat',
};

/** git as a child process: argv, no shell, environment by allowlist, a time limit in milliseconds. */
export function createRunGit(timeoutMs = 60_000): RunGit {
  const run: RunGit = (args, { cwd, input, onStdout }) =>
    new Promise((resolve, reject) => {
      const child = spawn('git', [...fixedArguments, ...args], { cwd, env: gitEnvironment(cwd) });
      // Not spawn's own time limit: where there is no git its timer stays, and keeps this process alive.
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => (onStdout === undefined ? stdout.push(chunk) : onStdout(chunk)));
      child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
      child.stdin.on('error', () => {}); // git may answer and leave before it has read everything
      child.stdin.end(input);
      child.on('error', (cause) => {
        clearTimeout(timer);
        reject(new CesError('tool_missing', 'git could not be started.', INSTALL_GIT, cause));
      });
      child.on('close', (exitCode, signal) => {
        clearTimeout(timer);
        if (exitCode === null) reject(gitFailed(args, cwd, `was ended by ${signal} (limit ${timeoutMs} ms)`));
        else resolve({ exitCode, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') });
      });
    });
  // Beside each other, so that nobody waits for the version: it is asked for once.
  return async (args, options) => {
    const readVersion = async () => (await run(['version'], { cwd: options.cwd })).stdout.toString('utf8');
    const [result] = await Promise.all([run(args, options), requireGitVersion(process.env.PATH ?? '', readVersion)]);
    return result;
  };
}

/** Standard output of a git command that must succeed; `git_failed` otherwise. */
export async function readGit(runGit: RunGit, cwd: string, args: readonly string[], input?: Buffer): Promise<Buffer> {
  const result = await runGit(args, { cwd, input });
  if (result.exitCode !== 0) throw gitFailed(args, cwd, `ended with exit code ${result.exitCode}`, result.stderr);
  return result.stdout;
}

/** The error for a git command that could not answer; git's own words go into the cause, not the message. */
export function gitFailed(args: readonly string[], cwd: string, what: string, stderr = ''): CesError {
  const hint = `Run \`git -C ${cwd} status\` and mend what it reports`;
  return new CesError('git_failed', `git ${args[0] ?? ''} ${what}`, hint, new Error(stderr));
}

/** Splits NUL-terminated output; the pieces are bytes, since names need not be UTF-8. */
export function splitNul(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  let from = 0;
  for (let end = bytes.indexOf(0); end !== -1; end = bytes.indexOf(0, from)) {
    pieces.push(bytes.subarray(from, end));
    from = end + 1;
  }
  return pieces;
}

function gitEnvironment(root: string): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...fixedEnvironment };
  for (const name of passedOn) if (process.env[name] !== undefined) environment[name] = process.env[name];
  return { ...environment, PATH: pathOutside(root, process.env.PATH ?? '') };
}

// A program of the workspace's own is not git, also where its folder comes first on PATH.
function pathOutside(root: string, path: string): string {
  const isOutside = (folder: string): boolean =>
    isAbsolute(folder) && folder !== root && !folder.startsWith(`${root}/`);
  return path.split(delimiter).filter(isOutside).join(delimiter);
}
