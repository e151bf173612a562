import { mkdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { git, put } from '../repository-fixture.js';
import type { Mutation } from './mutation.js';

/** Places that git does not look at, or CES's own. */
export const places: readonly Mutation[] = [
  {
    name: 'an ignored file in dist',
    mutate: (root) => put(root, 'dist/out.js', 'changed\n'),
    shows: { residue: ['other dist/out.js'] },
    findings: ['low residue dist/out.js'],
    says: 'dist/out.js was modified outside what a commit holds (other).',
    honest: true,
  },
  {
    name: 'an ignored file in build',
    mutate: (root) => put(root, 'build/out.js', 'built\n'),
    shows: { residue: ['other build/out.js'] },
    findings: ['low residue build/out.js'],
    says: 'build/out.js was created outside what a commit holds (other).',
    honest: true,
  },
  {
    name: 'an ignored file that was added by force',
    mutate: (root) => git(root, 'add', '-f', 'dist/out.js'),
    shows: { candidate: ['created dist/out.js'], residue: ['other dist/out.js'] },
    findings: ['high scope_violation dist/out.js', 'low residue dist/out.js'],
    says: 'dist/out.js was created; it is outside the scope (src/**).',
  },
  {
    name: 'a package changed in node_modules',
    mutate: (root) => put(root, 'node_modules/dep/index.js', 'evil\n'),
    shows: { residue: ['dependency node_modules/dep/index.js'] },
    findings: ['high residue node_modules/dep'],
    says: 'node_modules/dep (installed, 1 file(s)) changed during the work without a change of its lockfile; the checks run with it.',
    honest: true,
  },
  {
    name: 'a package changed in .venv',
    arrange: (root) => put(root, '.venv/lib/site.py', 'x = 1\n'),
    mutate: (root) => put(root, '.venv/lib/site.py', 'evil\n'),
    shows: { residue: ['dependency .venv/lib/site.py'] },
    findings: ['high residue .venv/lib'],
    says: '.venv/lib (installed, 1 file(s)) changed during the work without a change of its lockfile; the checks run with it.',
    honest: true,
  },
  {
    name: 'packages installed where there were none',
    mutate: (root) => put(root, '.venv/lib/site.py', 'x = 1\n'),
    shows: { residue: ['dependency .venv/lib/site.py'] },
    findings: ['medium residue .venv/lib'],
    says: '.venv/lib (installed, 1 file(s)) changed during the work without a change of its lockfile; the checks run with it.',
    honest: true,
  },
  {
    name: 'a file in __pycache__',
    mutate: (root) => put(root, 'src/__pycache__/x.txt', 'x\n'),
    shows: { residue: ['other src/__pycache__/x.txt'] },
    findings: ['low residue src/__pycache__/x.txt'],
    says: 'src/__pycache__/x.txt was created outside what a commit holds (other).',
    honest: true,
  },
  {
    name: "a .pyc that carries its source's size and mtime",
    arrange: (root) => {
      put(root, 'src/m.py', 'x = 1\n');
      git(root, 'add', '-A');
      git(root, 'commit', '-qm', 'module');
    },
    mutate: (root) => {
      const { size, mtime, atime } = statSync(join(root, 'src/m.py'));
      const header = Buffer.alloc(16);
      header.writeUInt32LE(0x0a0d0da7, 0); // CPython 3.11 takes such a file for up to date
      header.writeUInt32LE(Math.floor(mtime.getTime() / 1000), 8);
      header.writeUInt32LE(size, 12);
      const path = 'src/__pycache__/m.cpython-311.pyc';
      put(root, path, Buffer.concat([header, Buffer.from('other code')]));
      utimesSync(join(root, path), atime, mtime);
    },
    shows: { residue: ['other src/__pycache__/m.cpython-311.pyc'] },
    findings: ['low residue src/__pycache__/m.cpython-311.pyc'],
    says: 'src/__pycache__/m.cpython-311.pyc was created outside what a commit holds (other).',
    honest: true,
  },
  {
    name: 'an ignored .env',
    mutate: (root) => put(root, 'dist/.env', 'TOKEN=1\n'),
    shows: { residue: ['executable dist/.env'] },
    findings: ['medium residue dist/.env'],
    says: 'dist/.env was created outside what a commit holds (executable).',
    honest: true,
  },
  {
    name: "CES's own shared files beside its state",
    mutate: (root) => {
      put(root, '.ces/policy.yaml', 'rules: {}\n');
      put(root, '.ces/artifacts/x', 'state\n');
      mkdirSync(join(root, '.ces/keys'));
    },
    shows: { candidate: ['created .ces/policy.yaml'], residue: ['state .ces/artifacts/x'] },
    findings: ['critical governance_tamper .ces/policy.yaml'],
    says: '.ces/policy.yaml was created; it is protected (.ces/**).',
  },
];
