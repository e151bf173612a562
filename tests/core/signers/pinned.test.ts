import { lstat, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pinSigner, readPinnedSigners } from '../../../src/core/signers/pinned.js';
import { createSecurityKey, signerLine } from '../../support/keys.js';

let dir: string;
let config: string;
const line = (name: string) => signerLine(name, createSecurityKey().publicKey).trimEnd();

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ces-pinned-'));
  config = join(dir, 'ces');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('signers are added to a private file, one after the other', async () => {
  expect(await readPinnedSigners(config)).toBeNull();
  const [ada, grace] = [line('ada'), line('grace')];
  await pinSigner(config, ada);
  await pinSigner(config, grace);
  const path = join(config, 'allowed_signers');
  expect(await readPinnedSigners(config)).toEqual({ text: `${ada}\n${grace}\n`, source: path });
  expect((await lstat(path)).mode & 0o777).toBe(0o600);
  expect((await lstat(config)).mode & 0o777).toBe(0o700);
});

test('a line that would spoil the file, or stands in it already, changes nothing', async () => {
  const ada = line('ada');
  await pinSigner(config, ada);
  for (const bad of [ada, line('*'), 'nonsense', `${line('eve')}\n${line('*')}`])
    await expect(pinSigner(config, bad)).rejects.toMatchObject({ code: 'invalid_input' });
  expect((await readPinnedSigners(config))?.text).toBe(`${ada}\n`);
});

test('a file that was edited without a final newline is continued on a new line', async () => {
  const ada = line('ada');
  await pinSigner(config, ada);
  await writeFile(join(config, 'allowed_signers'), ada);
  const grace = line('grace');
  await pinSigner(config, grace);
  expect((await readPinnedSigners(config))?.text).toBe(`${ada}\n${grace}\n`);
});

test('a link in the place of the file is refused', async () => {
  await pinSigner(config, line('ada'));
  await rm(join(config, 'allowed_signers'));
  await symlink(join(dir, 'elsewhere'), join(config, 'allowed_signers'));
  await expect(readPinnedSigners(config)).rejects.toMatchObject({ code: 'unsafe_state' });
  await expect(pinSigner(config, line('eve'))).rejects.toMatchObject({ code: 'unsafe_state' });
});
