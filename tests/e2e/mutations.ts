import { chmodSync, renameSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { createTempRepo, type TempRepo } from '../support/temp-repo.js';

/** One way to change a project. Each touches paths of its own, so that all twenty can follow one another in one session. */
export interface Mutation {
  readonly name: string;
  readonly mutate: (repo: TempRepo) => void;
  /** Paths of the candidate tree that it changes. */
  readonly candidate: readonly string[];
  /** Paths that it changes outside the candidate tree. */
  readonly residue: readonly string[];
  /** Of the residue, what is no file of its own: no watcher can see its time. */
  readonly unwatched?: readonly string[];
}

const NAMES = ['src/two\nlines.js', 'src/-rf', 'src/:(top)x', 'src/"quoted"', 'src/ümläut.js'];

export function createMutableRepo(): TempRepo {
  const files = ['edit', 'delete', 'rename', 'mode', 'same', 'committed', 'stashed', 'assumed', 'filtered'];
  const repo = createTempRepo({
    '.gitignore': 'dist/\n.venv/\n',
    'README.md': '# A project\n',
    ...Object.fromEntries(files.map((name) => [`src/${name}.js`, `export const name = '${name}';\n`])),
  });
  symlinkSync('src/edit.js', join(repo.root, 'src/link'));
  repo.commit('Add a link');
  repo.write('dist/out.js', 'built\n');
  repo.write('.venv/lib/site.py', 'as installed\n');
  return repo;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'a created file',
    mutate: (repo) => repo.write('src/new.js', 'new\n'),
    candidate: ['src/new.js'],
    residue: [],
  },
  {
    name: 'a modified file',
    mutate: (repo) => repo.write('src/edit.js', 'changed\n'),
    candidate: ['src/edit.js'],
    residue: [],
  },
  {
    name: 'a deleted file',
    mutate: (repo) => repo.remove('src/delete.js'),
    candidate: ['src/delete.js'],
    residue: [],
  },
  {
    name: 'a renamed file',
    mutate: ({ root }) => renameSync(join(root, 'src/rename.js'), join(root, 'src/renamed.js')),
    candidate: ['src/rename.js', 'src/renamed.js'],
    residue: [],
  },
  {
    name: 'a changed mode',
    mutate: ({ root }) => chmodSync(join(root, 'src/mode.js'), 0o755),
    candidate: ['src/mode.js'],
    residue: [],
  },
  {
    name: 'a link with another target',
    mutate: ({ root }) => {
      rmSync(join(root, 'src/link'));
      symlinkSync('/etc/passwd', join(root, 'src/link'));
    },
    candidate: ['src/link'],
    residue: [],
  },
  {
    name: 'other bytes of the same size with the old mtime',
    mutate: (repo) => {
      const path = join(repo.root, 'src/same.js');
      const { atime, mtime } = statSync(path);
      repo.write('src/same.js', repo.read('src/same.js').replace('same', 'evil'));
      utimesSync(path, atime, mtime);
    },
    candidate: ['src/same.js'],
    residue: [],
  },
  {
    name: 'a change that was committed',
    mutate: (repo) => {
      repo.write('src/committed.js', 'committed\n');
      repo.git('commit', '--quiet', '--message', 'hidden', '--', 'src/committed.js');
    },
    candidate: ['src/committed.js'],
    residue: ['.git/refs/heads/main'],
  },
  {
    name: 'a change that was stashed',
    mutate: (repo) => {
      repo.write('src/stashed.js', 'stashed\n');
      repo.git('stash', 'push', '--quiet', '--', 'src/stashed.js');
    },
    candidate: [],
    residue: ['.git/refs/stash'],
  },
  {
    name: 'a switch to another branch',
    mutate: (repo) => repo.git('switch', '--quiet', '--create', 'other'),
    candidate: [],
    residue: ['.git/HEAD', '.git/refs/heads/other'],
  },
  {
    name: 'an ignore rule added for a new file',
    mutate: (repo) => {
      repo.write('.gitignore', 'dist/\n.venv/\nsrc/ignored.js\n');
      repo.write('src/ignored.js', 'ignored\n');
    },
    candidate: ['.gitignore', 'src/ignored.js'],
    residue: [],
  },
  {
    name: 'a file hidden by assume-unchanged',
    mutate: (repo) => {
      repo.git('update-index', '--assume-unchanged', 'src/assumed.js');
      repo.write('src/assumed.js', 'hidden\n');
    },
    candidate: ['src/assumed.js'],
    residue: ['.git/index-flags/src/assumed.js'],
    unwatched: ['.git/index-flags/src/assumed.js'],
  },
  {
    name: 'a new file excluded by info/exclude',
    mutate: (repo) => {
      repo.write('.git/info/exclude', 'src/excluded.js\n');
      repo.write('src/excluded.js', 'excluded\n');
    },
    candidate: ['src/excluded.js'],
    residue: ['.git/info/exclude'],
  },
  {
    name: 'a nested repository',
    mutate: (repo) => {
      repo.write('inner/code.js', 'inner\n');
      repo.git('init', '--quiet', 'inner');
      repo.git('-C', 'inner', 'add', '--all');
      repo.git('-C', 'inner', 'commit', '--quiet', '--message', 'inner');
    },
    candidate: ['inner'],
    residue: ['inner/code.js'],
  },
  {
    name: 'a file in dist',
    mutate: (repo) => repo.write('dist/out.js', 'changed\n'),
    candidate: [],
    residue: ['dist/out.js'],
  },
  {
    name: 'a file in .venv',
    mutate: (repo) => repo.write('.venv/lib/site.py', 'changed\n'),
    candidate: [],
    residue: ['.venv/lib/site.py'],
  },
  {
    name: 'a git hook',
    mutate: (repo) => repo.write('.git/hooks/pre-commit', '#!/bin/sh\n'),
    candidate: [],
    residue: ['.git/hooks/pre-commit'],
  },
  {
    name: 'odd names',
    mutate: (repo) => {
      for (const name of NAMES) repo.write(name, name);
    },
    candidate: NAMES,
    residue: [],
  },
  {
    name: 'a file outside the scope',
    mutate: (repo) => repo.write('outside/file.txt', 'outside\n'),
    candidate: ['outside/file.txt'],
    residue: [],
  },
  {
    name: 'a file behind a clean filter',
    mutate: (repo) => {
      repo.git('config', 'filter.hide.clean', 'git show HEAD:src/filtered.js');
      repo.write('.git/info/attributes', 'src/filtered.js filter=hide\n');
      repo.write('src/filtered.js', 'filtered\n');
    },
    candidate: ['src/filtered.js'],
    residue: ['.git/config', '.git/info/attributes'],
  },
];
