import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface TempRepo {
  /** Absolute, with links resolved. */
  readonly root: string;
  /** Runs git in the repository, apart from the user's configuration, and returns what it printed, trimmed. */
  git(...args: string[]): string;
  write(path: string, content: string | Buffer): void;
  read(path: string): string;
  remove(path: string): void;
  /** Stages everything and commits it; returns the commit. */
  commit(message: string): string;
  dispose(): void;
}

const GIT_ENV = {
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  LANG: 'C.UTF-8',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z',
};

/** A real git repository in a temporary folder, with these files in one commit on the branch `main`. */
export function createTempRepo(files: Readonly<Record<string, string>> = { 'README.md': '# A project\n' }): TempRepo {
  const repo = openRepo();
  repo.git('init', '--quiet', '--initial-branch=main');
  for (const [path, content] of Object.entries(files)) repo.write(path, content);
  repo.commit('Start');
  return repo;
}

/** A clone of another repository's HEAD in a temporary folder. */
export function cloneTempRepo(source: string): TempRepo {
  const repo = openRepo();
  repo.git('clone', '--quiet', source, '.');
  return repo;
}

function openRepo(): TempRepo {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ces-repo-')));
  const repo: TempRepo = {
    root,
    git: (...args) => execFileSync('git', args, { cwd: root, env: GIT_ENV, encoding: 'utf8', timeout: 60_000 }).trim(),
    write: (path, content) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    remove: (path) => rmSync(join(root, path), { recursive: true }),
    commit: (message) => {
      repo.git('add', '--all');
      repo.git('commit', '--quiet', '--allow-empty', '--message', message);
      return repo.git('rev-parse', 'HEAD');
    },
    dispose: () => rmSync(root, { recursive: true, force: true, maxRetries: 3 }),
  };
  return repo;
}
