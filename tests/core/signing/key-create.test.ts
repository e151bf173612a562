import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runProcess } from '../../../src/core/process/run.js';
import { type CreateKeyOptions, createKey } from '../../../src/core/signing/key-create.js';
import { describeKey } from '../../../src/core/signing/private-key.js';
import { PASSPHRASE, runWithInput, signBytes } from '../../support/keys.js';

let dir: string;
let config: string;
const create = (changed: Partial<CreateKeyOptions> = {}) =>
  createKey({ dir: config, comment: 'ada@laptop', passphrase: PASSPHRASE, runProcess, ...changed });

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ces-key-'));
  config = join(dir, 'config', 'ces');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('a new key is private, costs a hundred rounds a guess, and signs with its passphrase alone', async () => {
  const key = await create();
  expect(key).toMatchObject({ type: 'ssh-ed25519', encrypted: true, kdfRounds: 100, hardware: false });
  expect((await lstat(config)).mode & 0o777).toBe(0o700);
  expect((await lstat(key.path)).mode & 0o777).toBe(0o600);
  expect((await readdir(config)).sort()).toEqual(['id_ces', 'id_ces.pub']);
  expect(await readFile(key.publicKeyPath, 'utf8')).toBe(`${key.publicKey} ada@laptop\n`);
  const printed = await runWithInput('ssh-keygen', ['-l', '-f', key.publicKeyPath], '');
  expect(printed.stdout).toContain(key.fingerprint);
  expect(await signBytes({ path: key.path, passphrase: PASSPHRASE }, Buffer.from('x'))).toContain(
    'BEGIN SSH SIGNATURE',
  );
  await expect(signBytes({ path: key.path, passphrase: '' }, Buffer.from('x'))).rejects.toThrow();
});

test('the passphrase is in no argument and no environment of any process that is started', async () => {
  const seen: string[] = [];
  await create({
    runProcess: (argv, options) => {
      seen.push(JSON.stringify([argv, options.env, options.cwd]));
      return runProcess(argv, options);
    },
  });
  expect(seen.length).toBeGreaterThan(1);
  expect(seen.join('\n')).not.toContain(PASSPHRASE);
});

test('a weak passphrase, or none, makes no key', async () => {
  await expect(create({ passphrase: 'short' })).rejects.toMatchObject({ code: 'weak_passphrase' });
  await expect(create({ passphrase: 'ces-project-1234', names: ['ces-project'] })).rejects.toMatchObject({
    code: 'weak_passphrase',
  });
  await expect(create({ passphrase: null })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(lstat(config)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a key without a passphrase is made when insisted on, and says what it is', async () => {
  const key = await create({ passphrase: null, noPassphrase: true });
  expect(await describeKey(key.path)).toMatchObject({
    encrypted: false,
    kdfRounds: null,
    fingerprint: key.fingerprint,
  });
});

test('an existing key, its public half or a link in its place is never replaced', async () => {
  await mkdir(config, { recursive: true, mode: 0o700 });
  for (const name of ['id_ces', 'id_ces.pub']) {
    const path = join(config, name);
    await writeFile(path, 'mine', { mode: 0o600 });
    await expect(create()).rejects.toMatchObject({ code: 'conflict' });
    expect(await readFile(path, 'utf8')).toBe('mine');
    await rm(path);
    await symlink(join(dir, 'elsewhere'), path);
    await expect(create()).rejects.toMatchObject({ code: 'conflict' });
    await rm(path);
  }
  await rm(config, { recursive: true });
  await mkdir(join(dir, 'elsewhere'));
  await symlink(join(dir, 'elsewhere'), config);
  await expect(create()).rejects.toMatchObject({ code: 'unsafe_state' });
  expect(await readdir(join(dir, 'elsewhere'))).toEqual([]);
});

test('a key that turns out to open without its passphrase is thrown away', async () => {
  const forgetful: CreateKeyOptions['runProcess'] = (argv, options) =>
    argv.includes('-q') ? runProcess([...argv, '-N', ''], { ...options, input: undefined }) : runProcess(argv, options);
  await expect(create({ runProcess: forgetful })).rejects.toMatchObject({ code: 'process_failed' });
  expect(await readdir(config)).toEqual([]);
});
