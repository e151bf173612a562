import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { LocalIgnores } from '../ports.js';
import { systemCode } from './file-system.js';
import type { RunGit } from './git.js';
import type { Repository } from './repository.js';

/** Ignore rules of this clone and this user, as they are now. */
export async function readLocalIgnores(
  runGit: RunGit,
  root: string,
  repository: Repository | null,
): Promise<LocalIgnores> {
  const { exitCode, stdout } = await runGit(['config', '--type=path', '--get', 'core.excludesFile'], { cwd: root });
  const configHome = process.env.XDG_CONFIG_HOME || join(homedir(), '.config');
  const global = exitCode === 0 ? stdout.toString('utf8').replace(/\n$/, '') : join(configHome, 'git/ignore');
  return {
    infoExclude: repository === null ? '' : readText(join(repository.commonDir, 'info/exclude')),
    global: global === '' ? '' : readText(global),
  };
}

/** Rules that can't be read hide nothing, so they count as none. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === '') throw error;
    return '';
  }
}
