import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { git, put, type Seen } from './repository-fixture.js';

/** One way to change a project, and where it must show. `honest`: a commit holds the same without any trick. */
export interface Mutation {
  readonly name: string;
  readonly mutate: (root: string) => void;
  readonly shows: Partial<Seen>;
  readonly honest?: boolean;
  /** Named where it can't be made here, so that the omission is seen. */
  readonly unless?: () => string | null;
}

const isRoot = process.getuid?.() === 0;
const longName = 'n'.repeat(255);

export const mutations: readonly Mutation[] = [
  {
    name: 'a created file',
    mutate: (root) => put(root, 'src/new.ts', 'new\n'),
    shows: { candidate: ['created src/new.ts'] },
    honest: true,
  },
  {
    name: 'a modified file',
    mutate: (root) => put(root, 'src/a.ts', 'changed\n'),
    shows: { candidate: ['modified src/a.ts'] },
    honest: true,
  },
  {
    name: 'a deleted file',
    mutate: (root) => rmSync(join(root, 'src/b.ts')),
    shows: { candidate: ['deleted src/b.ts'] },
    honest: true,
  },
  {
    name: 'a renamed file',
    mutate: (root) => renameSync(join(root, 'src/b.ts'), join(root, 'src/z.ts')),
    shows: { candidate: ['deleted src/b.ts', 'created src/z.ts'] },
    honest: true,
  },
  {
    name: 'a name in another case',
    mutate: (root) => renameSync(join(root, 'docs.txt'), join(root, 'Docs.txt')),
    shows: { candidate: ['created Docs.txt', 'deleted docs.txt'] },
    honest: true,
  },
  {
    name: 'a renamed folder',
    mutate: (root) => renameSync(join(root, 'src/deep'), join(root, 'src/deeper')),
    shows: { candidate: ['deleted src/deep/c.ts', 'created src/deeper/c.ts'] },
    honest: true,
  },
  {
    name: 'a changed mode',
    mutate: (root) => chmodSync(join(root, 'src/a.ts'), 0o755),
    shows: { candidate: ['modified src/a.ts'] },
    honest: true,
  },
  {
    name: 'a changed mode with core.fileMode=false',
    mutate: (root) => {
      git(root, 'config', 'core.fileMode', 'false');
      chmodSync(join(root, 'run.sh'), 0o644);
    },
    shows: { candidate: ['modified run.sh'], residue: ['git .git/config'] },
  },
  {
    name: 'a link with another target',
    mutate: (root) => {
      rmSync(join(root, 'link'));
      symlinkSync('/etc/passwd', join(root, 'link'));
    },
    shows: { candidate: ['modified link'] },
    honest: true,
  },
  {
    name: 'other bytes of the same size with the old mtime',
    mutate: (root) => {
      const { atime, mtime } = statSync(join(root, 'src/a.ts'));
      writeFileSync(join(root, 'src/a.ts'), 'export const a = 9;\n');
      utimesSync(join(root, 'src/a.ts'), atime, mtime);
    },
    shows: { candidate: ['modified src/a.ts'] },
    honest: true,
  },
  {
    name: 'a change that was committed',
    mutate: (root) => {
      put(root, 'src/a.ts', 'committed\n');
      git(root, 'commit', '-qam', 'hidden');
    },
    shows: { candidate: ['modified src/a.ts'], residue: ['git .git/refs/heads/main'] },
  },
  {
    name: 'a change that was stashed',
    mutate: (root) => {
      put(root, 'src/a.ts', 'stashed\n');
      git(root, 'stash', '-q');
    },
    shows: { residue: ['git .git/refs/stash'] },
  },
  {
    name: 'a switch to another branch',
    mutate: (root) => git(root, 'switch', '-qc', 'other'),
    shows: { residue: ['git .git/HEAD', 'git .git/refs/heads/other'] },
  },
  {
    name: 'an ignore rule added for a new file',
    mutate: (root) => {
      appendFileSync(join(root, '.gitignore'), 'evil.ts\n');
      put(root, 'src/evil.ts', 'evil\n');
    },
    shows: { candidate: ['modified .gitignore', 'created src/evil.ts'] },
  },
  {
    name: 'a nested .gitignore that ignores itself',
    mutate: (root) => {
      put(root, 'src/new/.gitignore', '*\n');
      put(root, 'src/new/evil.ts', 'evil\n');
    },
    shows: { candidate: ['created src/new/.gitignore', 'created src/new/evil.ts'] },
  },
  {
    name: 'info/exclude edited for a new file',
    mutate: (root) => {
      appendFileSync(join(root, '.git/info/exclude'), 'evil.ts\n');
      put(root, 'evil.ts', 'evil\n');
    },
    shows: { candidate: ['created evil.ts'], residue: ['git .git/info/exclude'] },
  },
  {
    name: 'a file hidden by assume-unchanged',
    mutate: (root) => {
      git(root, 'update-index', '--assume-unchanged', 'src/a.ts');
      put(root, 'src/a.ts', 'hidden\n');
    },
    shows: { candidate: ['modified src/a.ts'], residue: ['git .git/index-flags/src/a.ts'] },
  },
  {
    name: 'a file hidden by skip-worktree',
    mutate: (root) => {
      git(root, 'update-index', '--skip-worktree', 'src/a.ts');
      put(root, 'src/a.ts', 'hidden\n');
    },
    shows: { candidate: ['modified src/a.ts'], residue: ['git .git/index-flags/src/a.ts'] },
  },
  {
    name: 'a sparse checkout',
    mutate: (root) => git(root, 'sparse-checkout', 'set', '--no-cone', '/src/deep/'),
    shows: { candidate: ['deleted src/b.ts'], residue: ['git .git/info/sparse-checkout'] },
  },
  {
    name: 'a nested repository with a commit',
    mutate: (root) => {
      put(root, 'inner/evil.ts', 'evil\n');
      git(join(root, 'inner'), 'init', '-q');
      git(join(root, 'inner'), 'add', '-A');
      git(join(root, 'inner'), 'commit', '-qm', 'inner');
    },
    shows: { candidate: ['created inner'], residue: ['other inner/evil.ts', 'git inner/.git/config'] },
    honest: true,
  },
  {
    name: 'a folder of the base turned into a repository',
    mutate: (root) => {
      git(join(root, 'src'), 'init', '-q');
      put(root, 'src/a.ts', 'hidden\n');
    },
    shows: { candidate: ['created src', 'deleted src/a.ts'], residue: ['other src/a.ts'] },
  },
  {
    name: 'a .git folder that is no repository',
    mutate: (root) => {
      put(root, 'src/.git/evil.js', 'evil\n');
      put(root, 'src/evil.ts', 'evil\n');
    },
    shows: { candidate: ['created src/evil.ts'], residue: ['git src/.git/evil.js'] },
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
  },
  {
    name: 'line ends that core.autocrlf would change',
    mutate: (root) => {
      git(root, 'config', 'core.autocrlf', 'true');
      put(root, 'src/a.ts', 'one\r\ntwo\r\n');
    },
    shows: { candidate: ['modified src/a.ts'], refusals: ['eol src/a.ts'] },
  },
  {
    name: 'an encoding attribute',
    mutate: (root) => {
      put(root, '.gitattributes', '*.txt working-tree-encoding=UTF-16LE\n');
      put(root, 'docs.txt', Buffer.from('wide', 'utf16le'));
    },
    shows: { candidate: ['created .gitattributes', 'modified docs.txt'], refusals: ['encoding docs.txt'] },
  },
  {
    name: 'an ignored file in dist',
    mutate: (root) => put(root, 'dist/out.js', 'changed\n'),
    shows: { residue: ['other dist/out.js'] },
    honest: true,
  },
  {
    name: 'an ignored file that was added by force',
    mutate: (root) => git(root, 'add', '-f', 'dist/out.js'),
    shows: { candidate: ['created dist/out.js'] },
  },
  {
    name: 'a package changed in .venv and node_modules',
    mutate: (root) => {
      put(root, '.venv/lib/site.py', 'evil\n');
      put(root, 'node_modules/dep/index.js', 'evil\n');
    },
    shows: { residue: ['dependency .venv/lib/site.py', 'dependency node_modules/dep/index.js'] },
    honest: true,
  },
  {
    name: 'a hook',
    mutate: (root) => put(root, '.git/hooks/pre-commit', '#!/bin/sh\n'),
    shows: { residue: ['git .git/hooks/pre-commit'] },
  },
  {
    name: 'an object replaced by refs/replace',
    mutate: (root) => {
      const real = git(root, 'rev-parse', 'HEAD:src/a.ts');
      git(root, 'replace', real, git(root, 'rev-parse', 'HEAD:src/b.ts'));
      put(root, 'src/a.ts', 'export const b = 2;\n');
    },
    shows: { candidate: ['modified src/a.ts'] },
  },
  {
    name: 'names with a newline, a leading dash, a colon and 255 bytes',
    mutate: (root) => {
      for (const name of ['two\nlines', '-rf', ':(top)x', '"quoted"', ' space ', 'ünï', longName])
        put(root, name, name);
    },
    shows: {
      candidate: ['created two\nlines', 'created -rf', 'created :(top)x', 'created ünï', `created ${longName}`],
    },
    honest: true,
  },
  {
    name: 'a name that is not UTF-8',
    mutate: (root) => writeFileSync(Buffer.concat([Buffer.from(`${root}/src/`), Buffer.from([0x66, 0xff, 0x6f])]), 'x'),
    shows: { candidate: ['created src/f\udcffo'] },
    honest: true,
    unless: () => (process.platform === 'linux' ? null : 'this file system takes only UTF-8 names'),
  },
  {
    name: 'a FIFO in the place of a file',
    mutate: (root) => {
      rmSync(join(root, 'src/a.ts'));
      execFileSync('mkfifo', [join(root, 'src/a.ts')]);
    },
    shows: { candidate: ['deleted src/a.ts'], residue: ['special src/a.ts'], refusals: ['special src/a.ts'] },
  },
  {
    name: 'an unreadable file',
    mutate: (root) => chmodSync(join(root, 'src/a.ts'), 0o000),
    shows: { candidate: ['modified src/a.ts'], refusals: ['unreadable src/a.ts'] },
    unless: () => (isRoot ? 'root reads everything' : null),
  },
  {
    name: 'a hard link to a file outside',
    mutate: (root) => {
      writeFileSync(`${root}/../outside-${process.pid}`, 'outside\n');
      rmSync(join(root, 'src/b.ts'));
      linkSync(`${root}/../outside-${process.pid}`, join(root, 'src/b.ts'));
      rmSync(`${root}/../outside-${process.pid}`);
    },
    shows: { candidate: ['modified src/b.ts'] },
  },
  {
    name: 'a file turned into a folder',
    mutate: (root) => {
      rmSync(join(root, 'docs.txt'));
      put(root, 'docs.txt/inside', 'inside\n');
    },
    shows: { candidate: ['deleted docs.txt', 'created docs.txt/inside'] },
    honest: true,
  },
  {
    name: 'a folder turned into a link',
    mutate: (root) => {
      rmSync(join(root, 'src/deep'), { recursive: true });
      symlinkSync('/etc', join(root, 'src/deep'));
    },
    shows: { candidate: ['created src/deep', 'deleted src/deep/c.ts'] },
    honest: true,
  },
  {
    name: 'a file turned into a link',
    mutate: (root) => {
      rmSync(join(root, 'src/a.ts'));
      symlinkSync('b.ts', join(root, 'src/a.ts'));
    },
    shows: { candidate: ['modified src/a.ts'] },
    honest: true,
  },
  {
    name: 'settings beside the code',
    mutate: (root) => {
      git(root, 'config', 'core.hooksPath', 'elsewhere');
      put(root, 'dist/.env', 'TOKEN=1\n');
    },
    shows: { residue: ['git .git/config', 'executable dist/.env'] },
  },
  {
    name: "CES's own shared files beside its state",
    mutate: (root) => {
      put(root, '.ces/policy.yaml', 'rules: {}\n');
      put(root, '.ces/artifacts/x', 'state\n');
      mkdirSync(join(root, '.ces/keys'));
    },
    shows: { candidate: ['created .ces/policy.yaml'], residue: ['state .ces/artifacts/x'] },
  },
];
