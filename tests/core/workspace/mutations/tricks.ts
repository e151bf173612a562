import { appendFileSync, chmodSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git, put } from '../repository-fixture.js';
import type { Mutation } from './mutation.js';

/** What hides a change from `git add --all` or `git status`. */
export const tricks: readonly Mutation[] = [
  {
    name: 'other bytes of the same size',
    mutate: (root) => writeFileSync(join(root, 'src/a.ts'), 'export const a = 9;\n'),
    shows: { candidate: ['modified src/a.ts'] },
    findings: [],
    honest: true,
  },
  {
    name: 'other bytes of the same size with the old mtime',
    mutate: (root) => rewriteInPlace(root, 'src/a.ts', 'export const a = 9;\n'),
    shows: { candidate: ['modified src/a.ts'] },
    findings: [],
    honest: true,
  },
  {
    name: 'the same with core.trustctime=false',
    mutate: (root) => {
      git(root, 'config', 'core.trustctime', 'false');
      rewriteInPlace(root, 'src/a.ts', 'export const a = 9;\n');
    },
    shows: { candidate: ['modified src/a.ts'], residue: ['git .git/config'] },
    findings: ['high residue .git/config'],
    says: '.git/config was modified outside what a commit holds (git).',
  },
  {
    name: 'a file hidden by assume-unchanged',
    mutate: (root) => {
      git(root, 'update-index', '--assume-unchanged', 'src/a.ts');
      put(root, 'src/a.ts', 'hidden\n');
    },
    shows: { candidate: ['modified src/a.ts'], residue: ['git .git/index-flags/src/a.ts'] },
    findings: ['high residue .git/index-flags/src/a.ts'],
    says: '.git/index-flags/src/a.ts was created outside what a commit holds (git).',
  },
  {
    name: 'a file hidden by skip-worktree',
    mutate: (root) => {
      git(root, 'update-index', '--skip-worktree', 'src/a.ts');
      put(root, 'src/a.ts', 'hidden\n');
    },
    shows: { candidate: ['modified src/a.ts'], residue: ['git .git/index-flags/src/a.ts'] },
    findings: ['high residue .git/index-flags/src/a.ts'],
    says: '.git/index-flags/src/a.ts was created outside what a commit holds (git).',
  },
  {
    name: 'a sparse checkout',
    mutate: (root) => git(root, 'sparse-checkout', 'set', '--no-cone', '/src/deep/'),
    shows: {
      candidate: [
        'deleted .gitignore',
        'deleted docs.txt',
        'deleted link',
        'deleted run.sh',
        'deleted src/a.ts',
        'deleted src/b.ts',
      ],
      residue: [
        'git .git/config',
        'git .git/config.worktree',
        'git .git/index-flags/.gitignore',
        'git .git/index-flags/docs.txt',
        'git .git/index-flags/link',
        'git .git/index-flags/run.sh',
        'git .git/index-flags/src/a.ts',
        'git .git/index-flags/src/b.ts',
        'git .git/info/sparse-checkout',
      ],
    },
    findings: [
      'high residue .git/config',
      'high residue .git/config.worktree',
      'high residue .git/index-flags/.gitignore',
      'high residue .git/index-flags/docs.txt',
      'high residue .git/index-flags/link',
      'high residue .git/index-flags/run.sh',
      'high residue .git/index-flags/src/a.ts',
      'high residue .git/index-flags/src/b.ts',
      'high residue .git/info/sparse-checkout',
      'high scope_violation .gitignore',
      'high scope_violation docs.txt',
      'high scope_violation link',
      'high scope_violation run.sh',
    ],
    says: '.git/config was modified outside what a commit holds (git).',
  },
  {
    name: 'an ignore rule added for a new file',
    mutate: (root) => {
      appendFileSync(join(root, '.gitignore'), 'evil.ts\n');
      put(root, 'src/evil.ts', 'evil\n');
    },
    shows: { candidate: ['modified .gitignore', 'created src/evil.ts'] },
    findings: ['high scope_violation .gitignore'],
    says: '.gitignore was modified; it is outside the scope (src/**).',
  },
  {
    name: 'a nested .gitignore that ignores itself',
    mutate: (root) => {
      put(root, 'src/new/.gitignore', '*\n');
      put(root, 'src/new/evil.ts', 'evil\n');
    },
    shows: { candidate: ['created src/new/.gitignore', 'created src/new/evil.ts'] },
    findings: ['high scope_violation src/new/.gitignore'],
    says: 'src/new/.gitignore was created; it is outside the scope (src/**).',
  },
  {
    name: 'info/exclude edited for a new file',
    mutate: (root) => {
      appendFileSync(join(root, '.git/info/exclude'), 'evil.ts\n');
      put(root, 'evil.ts', 'evil\n');
    },
    shows: { candidate: ['created evil.ts'], residue: ['git .git/info/exclude'] },
    findings: ['high residue .git/info/exclude', 'high scope_violation evil.ts'],
    says: '.git/info/exclude was modified outside what a commit holds (git).',
  },
  {
    name: 'a nested repository with a commit',
    mutate: (root) => {
      put(root, 'inner/evil.ts', 'evil\n');
      git(join(root, 'inner'), 'init', '-q');
      git(join(root, 'inner'), 'add', '-A');
      git(join(root, 'inner'), 'commit', '-qm', 'inner');
    },
    shows: {
      candidate: ['created inner'],
      residue: ['git inner/.git/config', 'git inner/.git/info/exclude', 'other inner/evil.ts'],
    },
    findings: [
      'high scope_violation inner',
      'high residue inner/.git/config',
      'high residue inner/.git/info/exclude',
      'low residue inner/evil.ts',
    ],
    says: 'inner was created; it is outside the scope (src/**).',
    honest: true,
  },
  {
    name: 'a folder of the base turned into a repository',
    mutate: (root) => {
      git(join(root, 'src'), 'init', '-q');
      put(root, 'src/a.ts', 'hidden\n');
    },
    shows: {
      candidate: ['created src', 'deleted src/a.ts', 'deleted src/b.ts', 'deleted src/deep/c.ts'],
      residue: [
        'git src/.git/config',
        'git src/.git/info/exclude',
        'other src/a.ts',
        'other src/b.ts',
        'other src/deep/c.ts',
      ],
    },
    findings: [
      'high scope_violation src',
      'high residue src/.git/config',
      'high residue src/.git/info/exclude',
      'low residue src/a.ts',
      'low residue src/b.ts',
      'low residue src/deep/c.ts',
    ],
    says: 'src was created; it is outside the scope (src/**).',
  },
  {
    name: 'a .git folder that is no repository',
    mutate: (root) => {
      put(root, 'src/.git/evil.js', 'evil\n');
      put(root, 'src/evil.ts', 'evil\n');
    },
    shows: { candidate: ['created src/evil.ts'], residue: ['git src/.git/evil.js'] },
    findings: ['low residue src/.git/evil.js'],
    says: 'src/.git/evil.js was created outside what a commit holds (git).',
  },
  {
    name: 'a clean filter in info/attributes',
    mutate: (root) => {
      git(root, 'config', 'filter.hide.clean', 'cat docs.txt');
      put(root, '.git/info/attributes', '*.ts filter=hide\n');
      put(root, 'src/a.ts', 'hidden\n');
    },
    shows: {
      candidate: ['modified src/a.ts'],
      residue: ['git .git/config', 'git .git/info/attributes'],
      refusals: ['filter src/a.ts'],
    },
    findings: ['high residue .git/config', 'high residue .git/info/attributes', 'high residue src/a.ts'],
    says: '.git/config was modified outside what a commit holds (git).',
  },
  {
    name: 'a changed mode with core.fileMode=false',
    mutate: (root) => {
      git(root, 'config', 'core.fileMode', 'false');
      chmodSync(join(root, 'run.sh'), 0o644);
    },
    shows: { candidate: ['modified run.sh'], residue: ['git .git/config'] },
    findings: ['high residue .git/config', 'high scope_violation run.sh'],
    says: '.git/config was modified outside what a commit holds (git).',
  },
  {
    name: 'line ends that text=auto would change',
    mutate: (root) => {
      put(root, '.gitattributes', '* text=auto\n');
      put(root, 'src/a.ts', 'export const a = 1;\r\n');
      put(root, 'src/b.ts', 'changed\r\n');
    },
    shows: { candidate: ['created .gitattributes', 'modified src/b.ts'], refusals: ['eol src/b.ts'] },
    findings: ['high scope_violation .gitattributes', 'high residue src/b.ts'],
    says: '.gitattributes was created; it is outside the scope (src/**).',
  },
  {
    name: 'line ends that core.autocrlf would change',
    mutate: (root) => {
      git(root, 'config', 'core.autocrlf', 'true');
      put(root, 'src/a.ts', 'one\r\ntwo\r\n');
    },
    shows: { candidate: ['modified src/a.ts'], residue: ['git .git/config'], refusals: ['eol src/a.ts'] },
    findings: ['high residue .git/config', 'high residue src/a.ts'],
    says: '.git/config was modified outside what a commit holds (git).',
  },
  {
    name: 'a core.fsmonitor program that says nothing changed',
    mutate: (root) => {
      writeFileSync(join(root, '.git/quiet'), '#!/bin/sh\necho >>.git/ran\nprintf "token\\0"\n', { mode: 0o755 });
      git(root, 'config', 'core.fsmonitor', '.git/quiet');
      git(root, 'status', '--short');
      put(root, 'src/a.ts', 'hidden\n');
    },
    shows: { candidate: ['modified src/a.ts'], residue: ['git .git/config', 'git .git/quiet', 'git .git/ran'] },
    findings: ['high residue .git/config', 'medium residue .git/quiet', 'low residue .git/ran'],
    says: '.git/config was modified outside what a commit holds (git).',
  },
];

function rewriteInPlace(root: string, path: string, content: string): void {
  const { atime, mtime } = statSync(join(root, path));
  writeFileSync(join(root, path), content);
  utimesSync(join(root, path), atime, mtime);
}
