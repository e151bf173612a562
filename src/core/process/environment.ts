import { createHash } from 'node:crypto';
import { delimiter, dirname, isAbsolute, relative, sep } from 'node:path';

export interface EnvironmentFolders {
  /** Programs in this folder are the agent's to write, so they are never found by name. */
  readonly root: string;
  readonly home: string;
  readonly tempDir: string;
}

/** Names that change which code a program loads; not even a profile can let them in. */
const NEVER =
  /^(NODE_OPTIONS|NODE_PATH|NODE_REPL_EXTERNAL_MODULE|PYTEST_ADDOPTS|PYTEST_PLUGINS|PYTHONPATH|PYTHONSTARTUP|PYTHONHOME|RUBYOPT|RUBYLIB|PERL5OPT|PERL5LIB|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|BASH_ENV|ENV|BASH_FUNC_.*|LD_.*|DYLD_.*|GIT_.*|SSH_AUTH_SOCK|npm_config_.*|VITEST.*|JEST_WORKER_ID|PATH|HOME|TMPDIR)$/i;

/**
 * The whole environment that a check sees: a fixed list, and of the caller's own those `names` that are set and harmless.
 * PATH holds absolute folders outside the root only, and at its end the folder of the Node that runs CES.
 */
export function checkEnvironment(
  names: readonly string[],
  folders: EnvironmentFolders,
  source: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(source)) {
    if (value === undefined || NEVER.test(name)) continue;
    if (name === 'LANG' || name.startsWith('LC_') || names.includes(name)) environment[name] = value;
  }
  return {
    ...environment,
    PATH: safePath(source.PATH ?? '', folders.root),
    HOME: folders.home,
    TMPDIR: folders.tempDir,
    TERM: 'dumb',
    CI: '1',
    NO_COLOR: '1',
  };
}

/** `sha256:` of the environment; folders that are fresh for each run count by name only. */
export function environmentDigest(environment: Readonly<Record<string, string>>): string {
  const lines = Object.entries(environment)
    .map(([name, value]) => JSON.stringify([name, name === 'HOME' || name === 'TMPDIR' ? '' : value]))
    .sort();
  return `sha256:${createHash('sha256').update(lines.join('\n')).digest('hex')}`;
}

function safePath(path: string, root: string): string {
  const outside = path.split(delimiter).filter((folder) => isAbsolute(folder) && !isInside(folder, root));
  return [...new Set([...outside, dirname(process.execPath)])].join(delimiter);
}

function isInside(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
