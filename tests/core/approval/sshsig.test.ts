import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseSshSignature } from '../../../src/core/approval/sshsig.js';
import {
  armour,
  createSecurityKey,
  createTestKey,
  runWithInput,
  signBytes,
  sshsigBlob,
  type TestKey,
  unarmour,
  wire,
} from '../../support/keys.js';

let dir: string;
let key: TestKey;
let signature: string;
const data = Buffer.from('hello');

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ces-sshsig-'));
  key = await createTestKey(dir);
  signature = await signBytes(key, data);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test('a signature of ssh-keygen is read, with the fingerprint that ssh-keygen prints', async () => {
  const printed = await runWithInput('ssh-keygen', ['-l', '-f', `${key.path}.pub`], '');
  const parsed = parseSshSignature(signature);
  expect(parsed).toEqual({
    ok: true,
    signature: {
      keyType: 'ssh-ed25519',
      fingerprint: printed.stdout.split(' ')[1],
      namespace: 'ces-approval',
      hashAlgorithm: 'sha512',
      sk: null,
    },
  });
});

test.each([
  [0x00, null],
  [0x04, null],
  [0x01, { flags: 1, userPresent: true, userVerified: false }],
  [0x05, { flags: 5, userPresent: true, userVerified: true }],
])('a security key that signs with flags %i is judged by them', (flags, sk) => {
  const parsed = parseSshSignature(createSecurityKey().sign(data, flags));
  expect(parsed).toMatchObject(sk === null ? { ok: false } : { ok: true, signature: { sk } });
});

test('a P-256 key may sign, and RSA may not', async () => {
  const make = async (type: string): Promise<string> => {
    const path = join(dir, type);
    await runWithInput('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', path], '');
    return signBytes({ path, passphrase: '' }, data);
  };
  expect(parseSshSignature(await make('ecdsa'))).toMatchObject({ ok: true });
  expect(parseSshSignature(await make('rsa'))).toMatchObject({ ok: false });
});

test('a block that is cut, extended or dressed up is refused', () => {
  const blob = unarmour(signature);
  for (let length = 0; length < blob.length; length += 1)
    expect(parseSshSignature(armour(blob.subarray(0, length))), String(length)).toMatchObject({ ok: false });
  const wrong = [
    armour(Buffer.concat([blob, Buffer.from('x')])),
    `${signature}${signature}`,
    `note\n${signature}`,
    `${signature}trailing\n`,
    signature.replaceAll('\n', '\r\n'),
    signature.replace('BEGIN SSH', 'BEGIN PGP'),
    '',
  ];
  for (const text of wrong) expect(parseSshSignature(text), text).toMatchObject({ ok: false });
});

test('another version, hash, reserved field or inner type is refused', () => {
  const blob = Buffer.from(key.publicKey.split(' ')[1] ?? '', 'base64');
  const inner = Buffer.concat([wire('ssh-ed25519'), wire(Buffer.alloc(64))]);
  const parse = (parts: Partial<Parameters<typeof sshsigBlob>[1]>, keyBlob = blob): boolean =>
    parseSshSignature(armour(sshsigBlob(keyBlob, { inner, ...parts }))).ok;
  expect(parse({})).toBe(true);
  expect(parse({ version: 2 })).toBe(false);
  expect(parse({ hash: 'sha1' })).toBe(false);
  expect(parse({ reserved: 'x' })).toBe(false);
  expect(parse({ inner: Buffer.concat([wire('ssh-rsa'), wire(Buffer.alloc(64))]) })).toBe(false);
  expect(parse({ inner: Buffer.concat([inner, Buffer.from([1])]) })).toBe(false);
  expect(parse({ inner: Buffer.concat([wire('ssh-ed25519'), wire(Buffer.alloc(63))]) })).toBe(false);
  expect(parse({}, Buffer.concat([blob, Buffer.from([0])]))).toBe(false);
});
