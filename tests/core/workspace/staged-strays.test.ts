import { chmodSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFolder, fillRepository, git, put, type Start, start } from './repository-fixture.js';

let folder = createFolder();
beforeEach(() => {
  folder = createFolder();
  process.env.HOME = folder.path;
  process.env.XDG_CONFIG_HOME = join(folder.path, '.config');
});
afterEach(() => folder.remove());

const inRoot = (...args: string[]) => git(root(), ...args);
const root = () => join(folder.path, 'repo');
const write = (path: string, content: string | Buffer) => put(root(), path, content);
const blobOf = (content: string) => {
  put(folder.path, 'content', content);
  return inRoot('hash-object', '-w', '../content');
};

function create(): void {
  put(root(), 'empty.txt', '');
  fillRepository(root());
}

async function findStrays(from?: Start): Promise<readonly string[]> {
  const { workspace, base, localIgnores } = from ?? (await start(root()));
  const { candidate } = await workspace.scan({ mode: 'full', base, localIgnores });
  return workspace.stagedStrays(base, candidate);
}

test('nothing strays where nothing is staged, or all of it by git add -A', async () => {
  create();
  write('src/a.ts', 'export const a = 2;\n');
  write('new.ts', 'new\n');
  rmSync(join(root(), 'docs.txt'));
  renameSync(join(root(), 'src/b.ts'), join(root(), 'src/renamed.ts'));
  chmodSync(join(root(), 'run.sh'), 0o644);
  rmSync(join(root(), 'link'));
  symlinkSync('src', join(root(), 'link'));
  expect(await findStrays()).toEqual([]);
  inRoot('add', '-A');
  expect(await findStrays()).toEqual([]);
  const { scan } = await start(root());
  expect(inRoot('write-tree')).toBe(scan.candidate.gitTree);
});

test('a file that is staged as it is strays not, though others are not staged', async () => {
  create();
  write('src/a.ts', 'export const a = 2;\n');
  write('src/b.ts', 'export const b = 3;\n');
  inRoot('add', 'src/a.ts');
  expect(await findStrays()).toEqual([]);
});

test('a file of which an earlier state is staged strays, and no longer once the rest is staged, or nothing', async () => {
  create();
  write('src/a.ts', 'export const a = 2;\n');
  inRoot('add', 'src/a.ts');
  write('src/a.ts', 'export const a = 3;\n');
  expect(await findStrays()).toEqual(['src/a.ts']);
  inRoot('add', '-A', '--', 'src/a.ts');
  expect(await findStrays()).toEqual([]);
  write('src/a.ts', 'export const a = 4;\n');
  inRoot('reset', '-q', '--', 'src/a.ts');
  expect(await findStrays()).toEqual([]);
});

test('a staged file that lies nowhere strays, and so does staged content under the name of another', async () => {
  create();
  inRoot('update-index', '--add', '--cacheinfo', `100644,${blobOf('evil\n')},src/backdoor.ts`);
  inRoot('update-index', '--cacheinfo', `100644,${blobOf('worse\n')},src/a.ts`);
  expect(await findStrays()).toEqual(['src/a.ts', 'src/backdoor.ts']);
});

test('a file that only the index drops strays; one that is gone from both does not', async () => {
  create();
  inRoot('rm', '-q', '--cached', 'src/a.ts');
  inRoot('rm', '-q', 'src/b.ts');
  expect(await findStrays()).toEqual(['src/a.ts']);
});

test('only a mode that is staged strays', async () => {
  create();
  inRoot('update-index', '--chmod=+x', 'src/a.ts');
  expect(await findStrays()).toEqual(['src/a.ts']);
  chmodSync(join(root(), 'src/a.ts'), 0o755);
  expect(await findStrays()).toEqual([]);
});

test('what is only intended to be added is in no commit: a new file strays not, one of the base is dropped', async () => {
  create();
  write('new.ts', 'new\n');
  inRoot('add', '-N', 'new.ts');
  expect(await findStrays()).toEqual([]);
  for (const path of ['empty.txt', 'src/a.ts']) {
    inRoot('rm', '-q', '--cached', path);
    inRoot('add', '-N', path);
  }
  expect(await findStrays()).toEqual(['empty.txt', 'src/a.ts']);
});

test('a nested repository strays where another commit of it is staged than lies there, also where it asks to be ignored', async () => {
  create();
  put(root(), 'sub/file', '1\n');
  git(join(root(), 'sub'), 'init', '-q');
  git(join(root(), 'sub'), 'add', '-A');
  git(join(root(), 'sub'), 'commit', '-qm', 'one');
  const staged = () => findStrays();
  expect(await staged()).toEqual([]);
  inRoot('-c', 'advice.addEmbeddedRepo=false', 'add', '-A');
  expect(await staged()).toEqual([]);
  write('.gitmodules', '[submodule "sub"]\n\tpath = sub\n\turl = ./sub\n\tignore = all\n');
  inRoot('commit', '-qm', 'with sub');
  inRoot('update-index', '--cacheinfo', `160000,${'1'.repeat(40)},sub`);
  expect(await staged()).toEqual(['sub']);
});

test('what is staged is held against the base of the work, also where a commit came since', async () => {
  create();
  const before = await start(root());
  write('src/a.ts', 'export const a = 2;\n');
  inRoot('commit', '-qam', 'meanwhile');
  expect(await findStrays(before)).toEqual([]);
  write('src/a.ts', 'export const a = 3;\n');
  expect(await findStrays(before)).toEqual(['src/a.ts']);
});

test('in a repository without a commit, what is staged and lies there is no stray, and all else is', async () => {
  put(root(), 'a', '1\n');
  git(root(), 'init', '-q');
  inRoot('add', '-A');
  expect(await findStrays()).toEqual([]);
  write('a', '2\n');
  expect(await findStrays()).toEqual(['a']);
});

test('a name that is not UTF-8 strays by its bytes, and a file in conflict is named once', async () => {
  create();
  const blob = blobOf('evil\n');
  const rows = [1, 2, 3].map((stage) => `100644 ${blob} ${stage}\tsrc/a.ts`).join('\n');
  inRoot('rm', '-q', '--cached', 'src/a.ts');
  put(folder.path, 'rows', Buffer.from(`100644 ${blob} 0\tsrc/\xFF\n${rows}\n`, 'latin1'));
  git(root(), '-c', 'alias.load=!git update-index --index-info < ../rows', 'load');
  expect(await findStrays()).toEqual(['src/a.ts', 'src/\udcff']);
});
