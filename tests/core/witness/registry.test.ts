import { chmod, lstat, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRootRegistry } from '../../../src/core/witness/registry.js';

let dir: string;
let stateDir: string;
let root: string;
const open = () => createRootRegistry({ stateDir });
const entryPath = async () => join(stateDir, 'roots', (await readdir(join(stateDir, 'roots')))[0] ?? '');

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'ces-registry-')));
  stateDir = join(dir, 'state');
  root = join(dir, 'project');
  await mkdir(join(root, '.git'), { recursive: true });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('a registered root is found, through a link as well, until it is removed', async () => {
  expect(await open().find(root)).toBeNull();
  expect(await open().list()).toEqual([]);
  await open().register(root, join(root, '.git'), 'proj-1');
  const entry = { root, gitCommonDir: join(root, '.git'), projectId: 'proj-1' };
  await symlink(root, join(dir, 'alias'));
  expect(await open().find(root)).toEqual(entry);
  expect(await open().find(join(dir, 'alias'))).toEqual(entry);
  expect(await open().find(join(root, '.git'))).toBeNull();
  expect((await lstat(await entryPath())).mode & 0o777).toBe(0o600);
  expect(await open().remove(root)).toBe(true);
  expect(await open().remove(root)).toBe(false);
  expect(await open().find(root)).toBeNull();
});

test('a root that lost its files is still known', async () => {
  await open().register(root, null, 'proj-1');
  await rm(root, { recursive: true });
  expect(await open().find(root)).toMatchObject({ projectId: 'proj-1', gitCommonDir: null });
});

test('worktrees of one repository are found by the git folder that they share', async () => {
  await open().register(root, join(root, '.git'), 'proj-1');
  await open().register(join(dir, 'other'), null, 'proj-2');
  expect(await open().findByGitCommonDir(join(root, '.git'))).toMatchObject([{ projectId: 'proj-1' }]);
  expect(await open().findByGitCommonDir(join(dir, 'none'))).toEqual([]);
});

test('many processes that register at once lose nothing', async () => {
  const roots = Array.from({ length: 30 }, (_, index) => join(dir, `p${index % 15}`));
  await Promise.all(roots.map((one) => open().register(one, null, 'proj-1')));
  expect((await open().list()).map((entry) => entry.root).sort()).toEqual([...new Set(roots)].sort());
});

test.each(['', '{}', '[]', '{"version":2,"root":"/x","gitCommonDir":null,"projectId":"p"}', '{"version":1,'])(
  'an entry that is broken (%s) is an error and not "not governed"',
  async (text) => {
    await open().register(root, null, 'proj-1');
    await writeFile(await entryPath(), text);
    await expect(open().find(root)).rejects.toMatchObject({ code: 'state_corrupt' });
  },
);

test('an entry that is a link, or that others may write, is refused', async () => {
  await open().register(root, null, 'proj-1');
  const path = await entryPath();
  await chmod(path, 0o666);
  await expect(open().find(root)).rejects.toMatchObject({ code: 'unsafe_state' });
  await rm(path);
  await symlink(join(dir, 'elsewhere'), path);
  await expect(open().find(root)).rejects.toMatchObject({ code: 'unsafe_state' });
});
