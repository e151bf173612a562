import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFolder, fillRepository, git, put } from '../repository-fixture.js';
import type { Mutation } from './mutation.js';

let other: ReturnType<typeof createFolder> | null = null;

/** What git's own commands and configuration do. */
export const gitWork: readonly Mutation[] = [
  {
    name: 'a change that was committed',
    mutate: (root) => {
      put(root, 'src/a.ts', 'committed\n');
      git(root, 'commit', '-qam', 'hidden');
    },
    shows: { candidate: ['modified src/a.ts'], residue: ['git .git/refs/heads/main'] },
    findings: [],
  },
  {
    name: 'a change amended into the base commit',
    mutate: (root) => {
      put(root, 'src/a.ts', 'amended\n');
      git(root, 'commit', '-qa', '--amend', '--no-edit');
    },
    shows: { candidate: ['modified src/a.ts'], residue: ['git .git/refs/heads/main'] },
    findings: [],
  },
  {
    name: 'a change that was stashed',
    mutate: (root) => {
      put(root, 'src/a.ts', 'stashed\n');
      git(root, 'stash', '-q');
    },
    shows: { residue: ['git .git/refs/stash'] },
    findings: [],
  },
  {
    name: 'a reset to an older commit',
    arrange: (root) => {
      put(root, 'src/a.ts', 'second\n');
      git(root, 'commit', '-qam', 'second');
    },
    mutate: (root) => git(root, 'reset', '-q', '--hard', 'HEAD~1'),
    shows: { candidate: ['modified src/a.ts'], residue: ['git .git/refs/heads/main'] },
    findings: [],
  },
  {
    name: 'a rebase onto another branch',
    arrange: (root) => {
      git(root, 'switch', '-qc', 'side');
      put(root, 'src/side.ts', 'side\n');
      git(root, 'add', '-A');
      git(root, 'commit', '-qm', 'side');
      git(root, 'switch', '-q', 'main');
      put(root, 'src/a.ts', 'second\n');
      git(root, 'commit', '-qam', 'second');
    },
    mutate: (root) => git(root, 'rebase', '-q', 'side'),
    shows: { candidate: ['created src/side.ts'], residue: ['git .git/refs/heads/main'] },
    findings: [],
  },
  {
    name: 'a switch to another branch',
    mutate: (root) => git(root, 'switch', '-qc', 'other'),
    shows: { residue: ['git .git/HEAD', 'git .git/refs/heads/other'] },
    findings: [],
  },
  {
    name: 'a tag',
    mutate: (root) => git(root, 'tag', 'v1'),
    shows: { residue: ['git .git/refs/tags/v1'] },
    findings: [],
  },
  {
    name: 'a change that is only staged',
    mutate: (root) => {
      put(root, 'src/a.ts', 'staged\n');
      git(root, 'add', '-A');
      put(root, 'src/a.ts', 'export const a = 1;\n');
    },
    shows: { residue: ['git .git/index'] },
    findings: [],
  },
  {
    name: 'a worktree inside the project',
    mutate: (root) => git(root, 'worktree', 'add', '-q', 'tree', '-b', 'side'),
    shows: {
      candidate: ['created tree'],
      residue: [
        'other tree/.gitignore',
        'other tree/docs.txt',
        'other tree/link',
        'executable tree/run.sh',
        'other tree/src/a.ts',
        'other tree/src/b.ts',
        'other tree/src/deep/c.ts',
        'git .git/refs/heads/side',
        'git tree/.git',
      ],
    },
    findings: [
      'high scope_violation tree',
      'medium residue tree/run.sh',
      'low residue tree/.gitignore',
      'low residue tree/docs.txt',
      'low residue tree/link',
      'low residue tree/src/a.ts',
      'low residue tree/src/b.ts',
      'low residue tree/src/deep/c.ts',
    ],
    says: 'tree was created; it is outside the scope (src/**).',
  },
  {
    name: 'a submodule',
    mutate: (root) => {
      other = createFolder();
      fillRepository(other.path);
      git(root, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other.path, 'sub');
    },
    release: () => other?.remove(),
    shows: {
      candidate: ['created .gitmodules', 'created sub'],
      residue: [
        'git .git/config',
        'git .git/modules/sub/config',
        'git .git/modules/sub/info/exclude',
        'other sub/.gitignore',
        'other sub/docs.txt',
        'other sub/link',
        'executable sub/run.sh',
        'other sub/src/a.ts',
        'other sub/src/b.ts',
        'other sub/src/deep/c.ts',
      ],
    },
    findings: [
      'high residue .git/config',
      'high residue .git/modules/sub/config',
      'high residue .git/modules/sub/info/exclude',
      'high scope_violation .gitmodules',
      'high scope_violation sub',
      'medium residue sub/run.sh',
      'low residue sub/.gitignore',
      'low residue sub/docs.txt',
      'low residue sub/link',
      'low residue sub/src/a.ts',
      'low residue sub/src/b.ts',
      'low residue sub/src/deep/c.ts',
    ],
    says: '.git/config was modified outside what a commit holds (git).',
  },
  {
    name: 'an encoding in .gitattributes',
    mutate: (root) => {
      put(root, '.gitattributes', '*.txt working-tree-encoding=UTF-16LE\n');
      put(root, 'docs.txt', Buffer.from('wide', 'utf16le'));
    },
    shows: { candidate: ['created .gitattributes', 'modified docs.txt'], refusals: ['encoding docs.txt'] },
    findings: ['high scope_violation .gitattributes', 'high scope_violation docs.txt', 'high residue docs.txt'],
    says: '.gitattributes was created; it is outside the scope (src/**).',
  },
  {
    name: 'a smudge filter that writes other bytes than the commit has',
    mutate: (root) => {
      git(root, 'config', 'filter.show.smudge', 'sed s/1/666/');
      git(root, 'config', 'filter.show.clean', 'sed s/666/1/');
      put(root, '.git/info/attributes', 'src/a.ts filter=show\n');
      rmSync(join(root, 'src/a.ts'));
      git(root, 'checkout', '--', 'src/a.ts');
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
    name: 'a core.hooksPath',
    mutate: (root) => git(root, 'config', 'core.hooksPath', 'elsewhere'),
    shows: { residue: ['git .git/config'] },
    findings: ['high residue .git/config'],
    says: '.git/config was modified outside what a commit holds (git).',
  },
  {
    name: 'an alias in .git/config',
    mutate: (root) => writeFileSync(join(root, '.git/config'), '[alias]\n  status = !evil\n', { flag: 'a' }),
    shows: { residue: ['git .git/config'] },
    findings: ['high residue .git/config'],
    says: '.git/config was modified outside what a commit holds (git).',
  },
  {
    name: 'a hook in .git/hooks',
    mutate: (root) => put(root, '.git/hooks/pre-commit', '#!/bin/sh\n'),
    shows: { residue: ['git .git/hooks/pre-commit'] },
    findings: ['high residue .git/hooks/pre-commit'],
    says: '.git/hooks/pre-commit was created outside what a commit holds (git).',
  },
  {
    name: 'an object replaced by refs/replace',
    mutate: (root) => {
      const real = git(root, 'rev-parse', 'HEAD:src/a.ts');
      git(root, 'replace', real, git(root, 'rev-parse', 'HEAD:src/b.ts'));
      put(root, 'src/a.ts', 'export const b = 2;\n');
    },
    shows: {
      candidate: ['modified src/a.ts'],
      residue: ['git .git/refs/replace/cc798ff50da9473effe8bdb31c8c120fe42b61e3'],
    },
    findings: ['high residue .git/refs/replace/cc798ff50da9473effe8bdb31c8c120fe42b61e3'],
    says: '.git/refs/replace/cc798ff50da9473effe8bdb31c8c120fe42b61e3 was created outside what a commit holds (git).',
  },
  {
    name: 'objects borrowed from another repository',
    mutate: (root) => put(root, '.git/objects/info/alternates', '/srv/other/objects\n'),
    shows: { residue: ['git .git/objects/info/alternates'] },
    findings: ['high residue .git/objects/info/alternates'],
    says: '.git/objects/info/alternates was created outside what a commit holds (git).',
  },
];
