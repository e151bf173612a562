import {
  appendFileSync,
  chmodSync,
  chownSync,
  linkSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { git, put } from '../repository-fixture.js';
import type { Mutation } from './mutation.js';

/** A write through a memory map, which the first write to a page shows in the file's times and the next one does not. */
let mapped: Database.Database | null = null;

/** What an editor, a script or a hand does to files and links. */
export const files: readonly Mutation[] = [
  {
    name: 'a created file',
    mutate: (root) => put(root, 'src/new.ts', 'new\n'),
    shows: { candidate: ['created src/new.ts'] },
    findings: [],
    honest: true,
  },
  {
    name: 'a modified file',
    mutate: (root) => put(root, 'src/a.ts', 'changed\n'),
    shows: { candidate: ['modified src/a.ts'] },
    findings: [],
    honest: true,
  },
  {
    name: 'a deleted file',
    mutate: (root) => rmSync(join(root, 'src/b.ts')),
    shows: { candidate: ['deleted src/b.ts'] },
    findings: [],
    honest: true,
  },
  {
    name: 'a renamed file',
    mutate: (root) => renameSync(join(root, 'src/b.ts'), join(root, 'src/z.ts')),
    shows: { candidate: ['deleted src/b.ts', 'created src/z.ts'] },
    findings: [],
    honest: true,
  },
  {
    name: 'a renamed folder',
    mutate: (root) => renameSync(join(root, 'src/deep'), join(root, 'src/deeper')),
    shows: { candidate: ['deleted src/deep/c.ts', 'created src/deeper/c.ts'] },
    findings: [],
    honest: true,
  },
  {
    name: 'a name in another case',
    mutate: (root) => renameSync(join(root, 'docs.txt'), join(root, 'Docs.txt')),
    shows: { candidate: ['created Docs.txt', 'deleted docs.txt'] },
    findings: ['high scope_violation docs.txt', 'high scope_violation Docs.txt'],
    says: 'docs.txt was deleted; it is outside the scope (src/**).',
    honest: true,
  },
  {
    name: 'a file moved in from outside, with its old times',
    mutate: (root) =>
      moveThrough((outside) => {
        writeFileSync(outside, 'older than the project\n');
        utimesSync(outside, new Date(0), new Date(0));
        renameSync(outside, join(root, 'src/a.ts'));
      }),
    shows: { candidate: ['modified src/a.ts'] },
    findings: [],
    honest: true,
  },
  {
    name: 'a file moved away to outside',
    mutate: (root) => moveThrough((outside) => renameSync(join(root, 'src/a.ts'), outside)),
    shows: { candidate: ['deleted src/a.ts'] },
    findings: [],
    honest: true,
  },
  {
    name: 'two files swapped',
    mutate: (root) => {
      renameSync(join(root, 'src/a.ts'), join(root, 'src/tmp'));
      renameSync(join(root, 'src/b.ts'), join(root, 'src/a.ts'));
      renameSync(join(root, 'src/tmp'), join(root, 'src/b.ts'));
    },
    shows: { candidate: ['modified src/a.ts', 'modified src/b.ts'] },
    findings: [],
    honest: true,
  },
  {
    name: 'a file emptied and written anew',
    mutate: (root) => {
      truncateSync(join(root, 'src/a.ts'));
      appendFileSync(join(root, 'src/a.ts'), 'export const a = 7;\n');
    },
    shows: { candidate: ['modified src/a.ts'] },
    findings: [],
    honest: true,
  },
  {
    name: 'a file changed and put back as it was',
    mutate: (root) => {
      put(root, 'src/a.ts', 'changed\n');
      put(root, 'src/a.ts', 'export const a = 1;\n');
    },
    shows: {},
    observed: true,
    findings: [],
    honest: true,
  },
  {
    name: 'a second write through a memory map',
    arrange: (root) => {
      mapped = new Database(join(root, 'src/data.sqlite'));
      mapped.exec('PRAGMA journal_mode=WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)');
      git(root, 'add', '-A');
      git(root, 'commit', '-qm', 'database');
    },
    mutate: () => mapped?.exec('INSERT INTO t VALUES (2)'),
    release: () => mapped?.close(),
    shows: { candidate: ['modified src/data.sqlite-shm', 'modified src/data.sqlite-wal'] },
    findings: [],
    statMayMiss: ['modified src/data.sqlite-shm'],
  },
  {
    name: 'a changed mode',
    mutate: (root) => chmodSync(join(root, 'src/a.ts'), 0o755),
    shows: { candidate: ['modified src/a.ts'] },
    findings: [],
    honest: true,
  },
  {
    name: 'a mode that git does not record',
    mutate: (root) => chmodSync(join(root, 'src/a.ts'), 0o664),
    shows: {},
    observed: true,
    findings: [],
    honest: true,
  },
  {
    name: 'another owner',
    mutate: (root) => chownSync(join(root, 'src/a.ts'), 65534, 65534),
    shows: {},
    observed: true,
    findings: [],
    honest: true,
    unless: () => (process.getuid?.() === 0 ? null : 'only root gives files away'),
  },
  {
    name: 'other timestamps',
    mutate: (root) => utimesSync(join(root, 'src/a.ts'), new Date(0), new Date(0)),
    shows: {},
    observed: true,
    findings: [],
    honest: true,
  },
  {
    name: 'a link with another target',
    mutate: (root) => {
      rmSync(join(root, 'link'));
      symlinkSync('/etc/passwd', join(root, 'link'));
    },
    shows: { candidate: ['modified link'] },
    findings: ['high scope_violation link'],
    says: 'link was modified; it is outside the scope (src/**).',
    honest: true,
  },
  {
    name: 'a file turned into a link',
    mutate: (root) => {
      rmSync(join(root, 'src/a.ts'));
      symlinkSync('b.ts', join(root, 'src/a.ts'));
    },
    shows: { candidate: ['modified src/a.ts'] },
    findings: [],
    honest: true,
  },
  {
    name: 'a file turned into a folder',
    mutate: (root) => {
      rmSync(join(root, 'docs.txt'));
      put(root, 'docs.txt/inside', 'inside\n');
    },
    shows: { candidate: ['deleted docs.txt', 'created docs.txt/inside'] },
    findings: ['high scope_violation docs.txt', 'high scope_violation docs.txt/inside'],
    says: 'docs.txt was deleted; it is outside the scope (src/**).',
    honest: true,
  },
  {
    name: 'a folder turned into a link',
    mutate: (root) => {
      rmSync(join(root, 'src/deep'), { recursive: true });
      symlinkSync('/etc', join(root, 'src/deep'));
    },
    shows: { candidate: ['created src/deep', 'deleted src/deep/c.ts'] },
    findings: [],
    honest: true,
  },
  {
    name: 'a hard link to a file outside',
    mutate: (root) =>
      moveThrough((outside) => {
        writeFileSync(outside, 'outside\n');
        rmSync(join(root, 'src/b.ts'));
        linkSync(outside, join(root, 'src/b.ts'));
      }),
    shows: { candidate: ['modified src/b.ts'] },
    findings: [],
  },
  {
    name: 'a protected file written through a hard link',
    arrange: (root) => {
      put(root, '.ces/policy.yaml', 'rules: {}\n');
      git(root, 'add', '-A');
      git(root, 'commit', '-qm', 'policy');
    },
    mutate: (root) => {
      linkSync(join(root, '.ces/policy.yaml'), join(root, 'src/x.yaml'));
      appendFileSync(join(root, 'src/x.yaml'), 'more: {}\n');
    },
    shows: { candidate: ['modified .ces/policy.yaml', 'created src/x.yaml'] },
    findings: ['critical governance_tamper .ces/policy.yaml'],
    says: '.ces/policy.yaml was modified; it is protected (.ces/**).',
    honest: true,
  },
];

/** A path beside the project, on the same file system. */
export function moveThrough(use: (outside: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'ces-outside-'));
  try {
    use(join(folder, 'file'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
