import { createHash } from 'node:crypto';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listingDigest } from '../../../src/core/delta/digest.js';
import { createRunGit } from '../../../src/core/workspace/git.js';
import { createWorkspace } from '../../../src/core/workspace/workspace.js';
import { createFolder, fillRepository, git, lookAgain, put, start } from './repository-fixture.js';

let folder = createFolder();
let other = createFolder();
beforeEach(() => {
  folder = createFolder();
  other = createFolder();
  process.env.HOME = other.path;
  process.env.XDG_CONFIG_HOME = join(other.path, '.config');
});
afterEach(() => {
  folder.remove();
  other.remove();
});

test('the digest of a base can be recomputed with git alone', async () => {
  fillRepository(folder.path);
  const { base } = await start(folder.path);
  const rows = git(folder.path, 'ls-tree', '-r', '-z', 'HEAD')
    .split('\0')
    .filter((row) => row !== '');
  const entries = rows.map((row) => {
    const [meta = '', path = ''] = row.split('\t');
    const [mode = '', , blob = ''] = meta.split(' ');
    const bytes = git(folder.path, 'cat-file', 'blob', blob);
    const whole = mode === '120000' ? bytes : `${bytes}\n`;
    return {
      path,
      mode: mode === '120000' ? ('120000' as const) : mode === '100755' ? ('100755' as const) : ('100644' as const),
      sha256: createHash('sha256').update(whole).digest('hex'),
    };
  });
  expect(base.tree.digest).toBe(listingDigest(entries));
  expect(base.tree.gitTree).toBe(git(folder.path, 'rev-parse', 'HEAD^{tree}'));
});

test('a base is known although none of its files is on disk', async () => {
  fillRepository(folder.path);
  const whole = (await start(folder.path)).base;
  for (const path of ['src', 'docs.txt', 'run.sh', 'link']) rmSync(join(folder.path, path), { recursive: true });
  expect((await createWorkspace({ root: folder.path }).readBase()).tree).toEqual(whole.tree);
});

test('a folder without git, and a repository without commits, have an empty base and a candidate', async () => {
  put(folder.path, '.gitignore', 'out/\n');
  put(folder.path, 'a.txt', 'a\n');
  put(folder.path, 'out/b', 'b\n');
  const plain = await start(folder.path);
  expect(plain.base.commit).toBeNull();
  expect(plain.scan.candidate.entries.map((entry) => entry.path)).toEqual(['.gitignore', 'a.txt']);
  git(folder.path, 'init', '-q');
  const empty = await start(folder.path);
  expect(empty.base.tree).toEqual(plain.base.tree);
  expect(empty.scan.candidate).toEqual(plain.scan.candidate);
  git(folder.path, 'add', '-A');
  expect(empty.scan.candidate.gitTree).toBe(git(folder.path, 'write-tree'));
});

test('a lost repository is an error, not an empty base', async () => {
  fillRepository(folder.path);
  const before = await start(folder.path);
  rmSync(join(folder.path, '.git'), { recursive: true });
  await expect(lookAgain(before, 'stat')).rejects.toMatchObject({ code: 'unreadable_workspace' });
});

test('a folder inside a repository is refused', async () => {
  fillRepository(folder.path);
  mkdirSync(join(folder.path, 'src/.git'));
  await expect(start(join(folder.path, 'src'))).rejects.toMatchObject({ code: 'unreadable_workspace' });
});

test('a linked worktree is read through the common git folder', async () => {
  fillRepository(folder.path);
  const tree = join(other.path, 'tree');
  git(folder.path, 'worktree', 'add', '-q', tree, '-b', 'side');
  const before = await start(tree);
  expect(before.scan.candidate).toEqual(before.base.tree);
  expect(before.scan.residue.map((entry) => entry.path)).toContain('.git/config');
  put(tree, 'src/a.ts', 'changed\n');
  put(folder.path, '.git/hooks/pre-commit', 'x');
  const { seen } = await lookAgain(before, 'stat');
  expect(seen.candidate).toEqual(['modified src/a.ts']);
  expect(seen.residue).toContain('git .git/hooks/pre-commit');
});

test('a submodule is a commit, checked out or not, and its files are residue', async () => {
  fillRepository(other.path);
  fillRepository(folder.path);
  git(folder.path, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other.path, 'sub');
  git(folder.path, 'commit', '-qm', 'submodule');
  const before = await start(folder.path);
  expect(before.scan.candidate).toEqual(before.base.tree);
  put(folder.path, 'sub/src/a.ts', 'changed\n');
  expect((await lookAgain(before, 'stat')).seen).toMatchObject({ candidate: [], residue: ['other sub/src/a.ts'] });
  git(folder.path, 'submodule', '--quiet', 'deinit', '-f', 'sub');
  expect((await lookAgain(before, 'full')).seen.candidate).toEqual([]);
});

test('untouched files in other line ends are as the base has them', async () => {
  fillRepository(folder.path);
  put(folder.path, '.gitattributes', '*.bat text eol=crlf\n');
  put(folder.path, 'run.bat', 'one\r\ntwo\r\n');
  git(folder.path, 'add', '-A');
  git(folder.path, 'commit', '-qm', 'crlf');
  const before = await start(folder.path);
  expect(before.scan.candidate).toEqual(before.base.tree);
  expect(before.scan.refusals).toEqual([]);
  put(folder.path, 'run.bat', 'one\r\nthree\r\n');
  expect((await lookAgain(before, 'stat')).seen.refusals).toEqual(['eol run.bat']);
});

test('a file that is stored with CRLF may change under automatic conversion', async () => {
  fillRepository(folder.path);
  put(folder.path, 'old.txt', 'one\r\n');
  git(folder.path, 'add', '-A');
  git(folder.path, 'commit', '-qm', 'crlf');
  git(folder.path, 'config', 'core.autocrlf', 'input');
  const before = await start(folder.path);
  put(folder.path, 'old.txt', 'one\r\ntwo\r\n');
  const { now, seen } = await lookAgain(before, 'stat');
  expect(seen).toMatchObject({ candidate: ['modified old.txt'], refusals: [] });
  git(folder.path, 'add', '-A');
  expect(now.candidate.gitTree).toBe(git(folder.path, 'write-tree'));
});

test('content of Git LFS is its pointer', async () => {
  fillRepository(folder.path);
  const pointerOf = (text: string) =>
    `version https://git-lfs.github.com/spec/v1\noid sha256:${createHash('sha256').update(text).digest('hex')}\nsize ${text.length}\n`;
  put(folder.path, '.gitattributes', '*.bin filter=lfs\n');
  put(folder.path, 'big.bin', pointerOf('content'));
  git(folder.path, 'add', '-A');
  git(folder.path, 'commit', '-qm', 'lfs');
  git(folder.path, 'config', 'filter.lfs.clean', 'git-lfs clean -- %f');
  put(folder.path, 'big.bin', 'content');
  const before = await start(folder.path);
  expect(before.scan.candidate).toEqual(before.base.tree);
  put(folder.path, 'big.bin', 'changed');
  const { now, seen } = await lookAgain(before, 'stat');
  expect(seen).toMatchObject({ candidate: ['modified big.bin'], refusals: [] });
  await before.workspace.materialize(now.candidate, join(other.path, 'copy'));
  expect(readFileSync(join(other.path, 'copy/big.bin'), 'utf8')).toBe(pointerOf('changed'));
});

test('rules name folders and files apart, and paths under an ignored folder are known by base or index', async () => {
  fillRepository(folder.path);
  put(folder.path, '.gitignore', 'build/\n*.log\n!keep.log\n/only\ndist/\n');
  git(folder.path, 'add', '-f', '.gitignore', 'dist/out.js');
  git(folder.path, 'commit', '-qm', 'rules');
  put(folder.path, 'build', 'a file\n');
  put(folder.path, 'src/build/x', 'ignored\n');
  put(folder.path, 'a.log', 'ignored\n');
  put(folder.path, 'keep.log', 'kept\n');
  put(folder.path, 'only', 'ignored\n');
  put(folder.path, 'src/only', 'kept\n');
  put(folder.path, 'dist/out.js', 'changed\n');
  put(folder.path, 'dist/other.js', 'ignored\n');
  const { scan } = await start(folder.path);
  git(folder.path, 'add', '-A');
  expect(scan.candidate.gitTree).toBe(git(folder.path, 'write-tree'));
  expect(scan.residue.map((entry) => entry.path)).toEqual(
    expect.arrayContaining(['dist/other.js', 'only', 'src/build/x']),
  );
});

test('ignore rules of the clone and the user count as they were captured', async () => {
  fillRepository(folder.path);
  put(other.path, '.config/git/ignore', '*.swp\n');
  appendFileSync(join(folder.path, '.git/info/exclude'), 'scratch\n');
  put(folder.path, 'a.swp', 'x');
  put(folder.path, 'scratch', 'x');
  const before = await start(folder.path);
  expect(before.localIgnores).toMatchObject({ global: '*.swp\n' });
  expect(before.scan.candidate).toEqual(before.base.tree);
  put(other.path, '.config/git/ignore', '*.swp\nevil\n');
  put(folder.path, 'evil', 'x');
  expect((await lookAgain(before, 'stat')).seen.candidate).toEqual(['created evil']);
});

test('a stat scan reads only what stat shows as touched; a full scan reads everything', async () => {
  fillRepository(folder.path);
  const old = new Date(Date.now() - 60_000);
  const before = await start(folder.path);
  const file = join(folder.path, 'src/a.ts');
  // The cache is told of the file's present stat with a digest that is not its own.
  await expect.poll(() => Date.now() - statSync(file).ctimeMs).toBeGreaterThan(60);
  utimesSync(file, old, old);
  await expect.poll(() => Date.now() - statSync(file).ctimeMs).toBeGreaterThan(60);
  const { scan } = await start(folder.path);
  const exported = before.workspace;
  await exported.scan({ mode: 'full', base: before.base, localIgnores: before.localIgnores });
  const right = scan.candidate.entries.find((entry) => entry.path === 'src/a.ts')?.sha256 ?? '';
  const wrong = before.scan.candidate.entries.find((entry) => entry.path === 'src/b.ts')?.sha256 ?? '';
  const cache = exported.exportCache().replaceAll(`"src/a.ts","100644","${right}"`, `"src/a.ts","100644","${wrong}"`);
  const workspace = createWorkspace({ root: folder.path, cache });
  const look = (mode: 'full' | 'stat') =>
    workspace.scan({ mode, base: before.base, localIgnores: before.localIgnores });
  const digestIn = async (mode: 'full' | 'stat') => {
    return (await look(mode)).candidate.entries.find((entry) => entry.path === 'src/a.ts')?.sha256;
  };
  expect(await digestIn('stat')).toBe(wrong);
  expect(await digestIn('full')).toBe(right);
  expect(await digestIn('stat')).toBe(right);
  expect(createWorkspace({ root: folder.path, cache: '{"version":9' }).root).toBe(folder.path);
});

test('a file that a stat scan recognizes gets its git id when it becomes part of the candidate', async () => {
  fillRepository(folder.path);
  const file = join(folder.path, 'dist/out.js');
  await expect.poll(() => Date.now() - statSync(file).ctimeMs).toBeGreaterThan(60);
  const before = await start(folder.path);
  git(folder.path, 'add', '-f', 'dist/out.js');
  const { now, seen } = await lookAgain(before, 'stat');
  expect(seen.candidate).toEqual(['created dist/out.js']);
  expect(now.candidate.gitTree).toBe(git(folder.path, 'write-tree'));
});

test("CES's own database is never opened, whatever it is called", async () => {
  fillRepository(folder.path);
  put(folder.path, '.ces/state.db', 'locked');
  linkSync(join(folder.path, '.ces/state.db'), join(folder.path, 'src/copy.ts'));
  const { scan, workspace } = await start(folder.path);
  expect(scan.residue.find((entry) => entry.path === '.ces/state.db')).toMatchObject({ sha256: '', class: 'state' });
  expect(scan.refusals).toMatchObject([{ path: 'src/copy.ts', reason: 'unreadable' }]);
  await expect(workspace.read('.ces/state.db')).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(workspace.read('src/copy.ts')).rejects.toMatchObject({ code: 'invalid_input' });
});

test('a file larger than the read buffer has the digests that git and SHA-256 give', async () => {
  fillRepository(folder.path);
  const bytes = Buffer.alloc(3 * 1024 * 1024 + 17, 'x');
  writeFileSync(join(folder.path, 'big'), bytes);
  const { scan } = await start(folder.path);
  git(folder.path, 'add', '-A');
  expect(scan.candidate.gitTree).toBe(git(folder.path, 'write-tree'));
  const big = scan.candidate.entries.find((entry) => entry.path === 'big');
  expect(big).toMatchObject({ size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
});

test('a tree is written byte for byte, from files or from git, and never from anything else', async () => {
  fillRepository(folder.path);
  const { workspace, base, scan } = await start(folder.path);
  put(folder.path, 'src/a.ts', 'changed since\n');
  const copy = join(other.path, 'copy');
  await workspace.materialize(scan.candidate, copy);
  git(copy, 'init', '-q');
  git(copy, 'add', '-A');
  expect(git(copy, 'write-tree')).toBe(base.tree.gitTree);
  await expect(workspace.materialize(scan.candidate, copy)).rejects.toMatchObject({ code: 'conflict' });

  put(folder.path, 'new.ts', 'new\n');
  const later = await workspace.scan({ mode: 'full', base, localIgnores: { infoExclude: '', global: '' } });
  put(folder.path, 'new.ts', 'swapped\n');
  await expect(workspace.materialize(later.candidate, join(other.path, 'b'))).rejects.toMatchObject({
    code: 'conflict',
  });
  for (const path of ['../x', '/x', 'a/../../x', '.git/hooks/x', 'a/.GIT/x']) {
    const entries = [{ path, mode: '100644' as const, sha256: '', size: 0 }];
    const refused = workspace.materialize(
      { ...base.tree, entries },
      join(other.path, createHash('md5').update(path).digest('hex')),
    );
    await expect(refused).rejects.toMatchObject({ code: 'path_outside_root' });
  }
});

test('several bases are known at once, and each gives its own files', async () => {
  fillRepository(folder.path);
  const commits = [git(folder.path, 'rev-parse', 'HEAD')];
  for (let at = 1; at <= 5; at++) {
    put(folder.path, 'docs.txt', `docs ${at}\n`);
    git(folder.path, 'commit', '-qam', `docs ${at}`);
    commits.push(git(folder.path, 'rev-parse', 'HEAD'));
  }
  const workspace = createWorkspace({ root: folder.path });
  for (const commit of [...commits, ...commits]) {
    expect((await workspace.readBaseOf(commit)).tree.gitTree).toBe(git(folder.path, 'rev-parse', `${commit}^{tree}`));
    const docs = (await workspace.readAtCommit(commit, 'docs.txt'))?.toString().trim();
    expect(docs).toBe(git(folder.path, 'show', `${commit}:docs.txt`));
  }
});

test('reading a file stays below the root', async () => {
  fillRepository(folder.path);
  const { workspace, base } = await start(folder.path);
  put(other.path, 'secret', 'x');
  symlinkSync(join(other.path, 'secret'), join(folder.path, 'leak'));
  symlinkSync(other.path, join(folder.path, 'leaks'));
  expect((await workspace.read('src/a.ts'))?.toString()).toBe('export const a = 1;\n');
  expect((await workspace.read('link'))?.toString()).toBe('export const a = 1;\n');
  expect(await workspace.read('none')).toBeNull();
  for (const path of ['leak', 'leaks/secret', '../x', '/etc/passwd', 'a\0b', '']) {
    await expect(workspace.read(path)).rejects.toMatchObject({ code: 'path_outside_root' });
  }
  expect((await workspace.readAtCommit(base.commit ?? '', 'docs.txt'))?.toString()).toBe('docs\n');
  expect(await workspace.readAtCommit(base.commit ?? '', 'none')).toBeNull();
  await expect(workspace.readBaseOf('0'.repeat(40))).rejects.toMatchObject({ code: 'not_found' });
  await expect(workspace.readBaseOf('--upload-pack=x')).rejects.toMatchObject({ code: 'invalid_input' });
});

test('commits since the base are listed newest first', async () => {
  fillRepository(folder.path);
  const { workspace, base } = await start(folder.path);
  expect(await workspace.commitsSince(base.commit ?? '')).toEqual([]);
  for (const subject of ['one', 'commit two']) git(folder.path, 'commit', '-q', '--allow-empty', '-m', subject);
  expect((await workspace.commitsSince(base.commit ?? '')).map((c) => c.subject)).toEqual(['commit two', 'one']);
});

test('looking changes nothing below the root', async () => {
  fillRepository(folder.path);
  utimesSync(join(folder.path, 'src/a.ts'), new Date(0), new Date(0));
  const before = readFileSync(join(folder.path, '.git/index'));
  await start(folder.path);
  expect(readFileSync(join(folder.path, '.git/index')).equals(before)).toBe(true);
  expect(git(folder.path, 'status', '--porcelain')).toBe('');
});

test('a missing git and a git that hangs are errors', async () => {
  const path = process.env.PATH;
  process.env.PATH = other.path;
  try {
    await expect(createRunGit()(['--version'], { cwd: folder.path })).rejects.toMatchObject({ code: 'tool_missing' });
    writeFileSync(join(other.path, 'git'), '#!/bin/sh\nwhile :; do :; done\n', { mode: 0o755 });
    await expect(createRunGit(50)(['status'], { cwd: folder.path })).rejects.toMatchObject({ code: 'git_failed' });
  } finally {
    process.env.PATH = path;
  }
});
