import { appendFile, lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWitness } from '../../../src/core/witness/heads.js';

let dir: string;
let stateDir: string;
const head = (sequence: number) => ({ sequence, hash: 'ab'.repeat(32), at: '2030-01-01T00:00:00.000Z' });
const open = () => createWitness({ stateDir, projectId: 'proj-1', root: '/project' });

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ces-witness-'));
  stateDir = join(dir, 'state', 'ces');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('heads are kept in order, in private files, and a second process sees them', async () => {
  expect(await open().heads()).toEqual([]);
  await open().append(head(1));
  await open().append(head(2));
  expect(await open().read()).toEqual({ heads: [head(1), head(2)], tornLines: [] });
  expect((await lstat(open().path)).mode & 0o777).toBe(0o600);
  expect((await lstat(dirname(open().path))).mode & 0o777).toBe(0o700);
});

test('lines that are appended at once do not mix', async () => {
  const numbers = Array.from({ length: 40 }, (_, index) => index + 1);
  await Promise.all(numbers.map((number) => open().append(head(number))));
  const kept = (await open().heads()).map((one) => one.sequence);
  expect(kept.sort((a, b) => a - b)).toEqual(numbers);
});

test('a line that was cut off at any byte is reported, and what follows is kept', async () => {
  await open().append(head(1));
  const whole = await readFile(open().path, 'utf8');
  for (let length = 1; length < whole.length - 1; length += 1) {
    await writeFile(open().path, whole + whole.slice(0, length));
    expect(await open().read(), String(length)).toEqual({ heads: [head(1)], tornLines: [2] });
  }
  await open().append(head(3));
  expect(await open().read()).toEqual({ heads: [head(1), head(3)], tornLines: [2] });
});

test('a whole last line without its newline counts', async () => {
  await open().append(head(1));
  await writeFile(open().path, (await readFile(open().path, 'utf8')).trimEnd());
  await open().append(head(2));
  expect(await open().read()).toEqual({ heads: [head(1), head(2)], tornLines: [] });
});

test.each(['nonsense', '{"sequence":1}', '{"sequence":1,"hash":"zz","at":"2030-01-01T00:00:00.000Z"}'])(
  'a line that no crash explains (%s) is an error',
  async (line) => {
    await open().append(head(1));
    await appendFile(open().path, `${line}\n`);
    await expect(open().heads()).rejects.toMatchObject({ code: 'state_corrupt' });
  },
);

test('a head that is none, a project that leaves the folder, and links are refused', async () => {
  await expect(open().append({ ...head(1), hash: 'x' })).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(createWitness({ stateDir, projectId: '..', root: '/project' }).append(head(1))).rejects.toMatchObject({
    code: 'invalid_input',
  });
  await open().append(head(1));
  await rm(open().path);
  await symlink(join(dir, 'elsewhere'), open().path);
  await expect(open().append(head(1))).rejects.toMatchObject({ code: 'unsafe_state' });
  await expect(open().heads()).rejects.toMatchObject({ code: 'unsafe_state' });
  await rm(stateDir, { recursive: true });
  await mkdir(join(dir, 'other'));
  await symlink(join(dir, 'other'), stateDir);
  await expect(open().append(head(1))).rejects.toMatchObject({ code: 'unsafe_state' });
});
