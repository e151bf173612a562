import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { SignatureVerdict } from '../../../src/core/ports.js';
import { runProcess } from '../../../src/core/process/run.js';
import { createSignatureChecker, type SignersFile } from '../../../src/core/signers/check-signature.js';
import {
  createSecurityKey,
  createTestKey,
  signBytes,
  signerLine,
  type TestKey,
  verifyBytes,
} from '../../support/keys.js';

const NOW = '2030-06-15T12:00:00.000Z';
const bytes = Buffer.from('{"statement":"this very one"}');
let dir: string;
let key: TestKey;
let signature: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ces-signers-'));
  key = await createTestKey(dir);
  signature = await signBytes(key, bytes);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Asked {
  signers?: string;
  more?: SignersFile[];
  revoked?: string;
  statement?: Uint8Array;
  signature?: string;
}

function check(asked: Asked = {}): Promise<SignatureVerdict> {
  const checker = createSignatureChecker({
    allowedSigners: [
      { text: asked.signers ?? signerLine('ada', key.publicKey), source: 'signers' },
      ...(asked.more ?? []),
    ],
    revoked: asked.revoked === undefined ? undefined : { text: asked.revoked, source: 'revoked' },
    runProcess,
    clock: { now: () => NOW },
  });
  return checker.check(asked.statement ?? bytes, asked.signature ?? signature);
}

test('a signature of an allowed signer is good, and says whose it is', async () => {
  expect(await check()).toMatchObject({ valid: true, signer: 'ada', keyType: 'ssh-ed25519', userVerified: false });
  const more = [{ text: signerLine('grace', key.publicKey), source: 'pinned' }];
  expect(await check({ signers: '', more })).toMatchObject({ valid: true, signer: 'grace' });
});

test('one changed byte, in the statement or in the signature, is no signature', async () => {
  expect(await check({ statement: Buffer.from('{"statement":"this very two"}') })).toMatchObject({ valid: false });
  const middle = signature.length >> 1;
  const swapped = signature[middle] === 'A' ? 'B' : 'A';
  expect(await check({ signature: signature.slice(0, middle) + swapped + signature.slice(middle + 1) })).toMatchObject({
    valid: false,
  });
  expect(await check({ signature: '' })).toMatchObject({ valid: false });
});

test('a signer that is unknown, or a signature made for something else, is refused', async () => {
  const eve = await createTestKey(dir, 'id_eve');
  expect(await check({ signature: await signBytes(eve, bytes) })).toMatchObject({ valid: false });
  expect(await check({ signature: await signBytes(key, bytes, 'git') })).toMatchObject({ valid: false });
  expect(await check({ signers: '' })).toMatchObject({ valid: false });
});

test.each([
  [',valid-before="20300616Z"', true],
  [',valid-before="20300615115959Z"', false],
  [',valid-after="20300615120000Z"', true],
  [',valid-after="203006151201Z"', false],
])('the limits of a signer (%s) are judged by the verifier’s own clock', async (options, valid) => {
  expect(await check({ signers: signerLine('ada', key.publicKey, options) })).toMatchObject({ valid });
});

test('a revoked key counts no more, and a broken list of revoked keys lets nothing through', async () => {
  const other = createSecurityKey().publicKey;
  expect(await check({ revoked: `${other}\n` })).toMatchObject({ valid: true });
  expect(await check({ revoked: `# lost\n${other}\n${key.publicKey} laptop\n` })).toMatchObject({ valid: false });
  expect(await check({ revoked: 'garbage\n' })).toMatchObject({ valid: false });
});

test('what OpenSSH itself would accept from a lax file is refused', async () => {
  const path = join(dir, 'lax');
  const signaturePath = join(dir, 'lax.sig');
  await writeFile(signaturePath, signature);
  for (const lax of [`* ${key.publicKey}\n`, `ada ${key.publicKey}\n`, `*@x,ada namespaces="*" ${key.publicKey}\n`]) {
    await writeFile(path, lax);
    expect(await verifyBytes({ allowedSigners: path, signature: signaturePath, principal: 'ada' }, bytes)).toBe(true);
    expect(await check({ signers: lax })).toMatchObject({ valid: false });
  }
});

test('one broken file makes every answer a no, though another file knows the key', async () => {
  const verdict = await check({ more: [{ text: `* ${key.publicKey}`, source: 'main:.ces/allowed_signers' }] });
  expect(verdict).toMatchObject({ valid: false, reason: expect.stringContaining('main:.ces/allowed_signers') });
});

test.each([
  [0x00, { valid: false }],
  [0x04, { valid: false }],
  [0x01, { valid: true, userVerified: false }],
  [0x05, { valid: true, userVerified: true }],
])(
  'a security key that says %i of its user, which OpenSSH calls good, gets the answer it deserves',
  async (flags, verdict) => {
    const hardware = createSecurityKey();
    const armoured = hardware.sign(bytes, flags);
    const files = { allowedSigners: join(dir, 'sk'), signature: join(dir, 'sk.sig'), principal: 'ada' };
    await writeFile(files.allowedSigners, signerLine('ada', hardware.publicKey));
    await writeFile(files.signature, armoured);
    expect(await verifyBytes(files, bytes)).toBe(true);
    expect(await check({ signers: signerLine('ada', hardware.publicKey), signature: armoured })).toMatchObject(verdict);
  },
);

test('nothing is left behind in the temporary folder', async () => {
  vi.stubEnv('TMPDIR', await mkdtemp(join(dir, 'tmp-')));
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  expect(await check()).toMatchObject({ valid: true });
  expect(await check({ statement: Buffer.from('other') })).toMatchObject({ valid: false });
  expect(await readdir(tmpdir())).toEqual([]);
});
