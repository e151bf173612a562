import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { ObjectFormat } from '../delta/git-tree.js';
import { CesError } from '../errors.js';
import { type RunGit, readGit } from './git.js';

/** Where a root's git data lie. A linked worktree has a folder of its own beside the common one. */
export interface Repository {
  readonly gitDir: string;
  readonly commonDir: string;
  readonly format: ObjectFormat;
}

/** The repository whose top level is `root`, or null where there is no `.git`. Refuses a root inside a repository. */
export async function findRepository(runGit: RunGit, root: string): Promise<Repository | null> {
  if (lstatSync(join(root, '.git'), { throwIfNoEntry: false }) === undefined) return null;
  const args = ['rev-parse', '--show-cdup', '--git-dir', '--git-common-dir', '--show-object-format'];
  const [cdup, gitDir, commonDir, format] = (await readGit(runGit, root, args)).toString('utf8').split('\n');
  if (cdup !== '' || gitDir === undefined || commonDir === undefined) {
    throw new CesError(
      'unreadable_workspace',
      `${root} is not the top level of its repository`,
      'Run CES at the top level (see `git rev-parse --show-toplevel`), and check core.worktree in .git/config',
    );
  }
  return {
    gitDir: fromRoot(root, gitDir),
    commonDir: fromRoot(root, commonDir),
    format: format === 'sha256' ? 'sha256' : 'sha1',
  };
}

/** The commit that HEAD names, or null before the first commit. */
export async function readHead(runGit: RunGit, cwd: string): Promise<string | null> {
  const { exitCode, stdout } = await runGit(['rev-parse', '--quiet', '--verify', 'HEAD^{commit}'], { cwd });
  return exitCode === 0 ? stdout.toString('utf8').trim() : null;
}

function fromRoot(root: string, path: string): string {
  return isAbsolute(path) ? path : resolve(root, path);
}

/** Hex SHA-256 of a short text, such as a commit id. */
export function digestText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
