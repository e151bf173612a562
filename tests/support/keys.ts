import { execFile, spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const PASSPHRASE = 'otter granite 71 lantern';

export interface TestKey {
  readonly path: string;
  readonly passphrase: string;
  /** `key-type base64` without a comment. */
  readonly publicKey: string;
}

/** A real key made by ssh-keygen. Few rounds and the passphrase in argv: it is a test's, and has to be quick. */
export async function createTestKey(dir: string, name = 'id_test', passphrase = PASSPHRASE): Promise<TestKey> {
  const path = join(dir, name);
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-a', '2', '-C', 'test', '-N', passphrase, '-f', path]);
  const [type, base64] = (await readFile(`${path}.pub`, 'utf8')).split(' ');
  return { path, passphrase, publicKey: `${type} ${base64}` };
}

/** A line of `allowed_signers` as CES wants it. */
export function signerLine(principal: string, publicKey: string, options = ''): string {
  return `${principal} namespaces="ces-approval"${options} ${publicKey}\n`;
}

/** Signs with stock ssh-keygen and the passphrase in argv. */
export async function signBytes(
  key: { readonly path: string; readonly passphrase: string },
  bytes: Uint8Array,
  namespace = 'ces-approval',
): Promise<string> {
  const args = ['-Y', 'sign', '-n', namespace, '-P', key.passphrase, '-f', key.path];
  const result = await runWithInput('ssh-keygen', args, bytes);
  if (result.code !== 0) throw new Error(result.stderr);
  return result.stdout;
}

/** Whether stock ssh-keygen calls the signature good. */
export async function verifyBytes(
  files: { readonly allowedSigners: string; readonly signature: string; readonly principal: string },
  bytes: Uint8Array,
): Promise<boolean> {
  const args = ['-Y', 'verify', '-n', 'ces-approval', '-I', files.principal];
  const result = await runWithInput('ssh-keygen', [...args, '-f', files.allowedSigners, '-s', files.signature], bytes);
  return result.code === 0;
}

/** Runs a program without a terminal and gives it these bytes. */
export function runWithInput(
  file: string,
  args: readonly string[],
  input: Uint8Array | string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { detached: true, env });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** A security key in software: `sign` gives an SSHSIG block whose flags byte is what the test wants it to be. */
export function createSecurityKey(): { publicKey: string; sign(bytes: Uint8Array, flags: number): string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const type = 'sk-ssh-ed25519@openssh.com';
  const blob = Buffer.concat([wire(type), wire(raw), wire('ssh:')]);
  return {
    publicKey: `${type} ${blob.toString('base64')}`,
    sign: (bytes, flags) => {
      const hash = createHash('sha512').update(bytes).digest();
      const signed = Buffer.concat([Buffer.from('SSHSIG'), wire('ces-approval'), wire(''), wire('sha512'), wire(hash)]);
      const tail = Buffer.concat([Buffer.from([flags]), randomBytes(4)]);
      const sha256 = (data: Uint8Array | string): Buffer => createHash('sha256').update(data).digest();
      const signature = sign(null, Buffer.concat([sha256('ssh:'), tail, sha256(signed)]), privateKey);
      const inner = Buffer.concat([wire(type), wire(signature), tail]);
      return armour(sshsigBlob(blob, { inner }));
    },
  };
}

/** The bytes of an SSHSIG block around a key blob; every part can be made wrong. */
export function sshsigBlob(
  key: Uint8Array,
  parts: {
    inner: Uint8Array;
    version?: number;
    namespace?: string;
    reserved?: string;
    hash?: string;
    tail?: Uint8Array;
  },
): Buffer {
  const version = Buffer.alloc(4);
  version.writeUInt32BE(parts.version ?? 1);
  return Buffer.concat([
    Buffer.from('SSHSIG'),
    version,
    wire(key),
    wire(parts.namespace ?? 'ces-approval'),
    wire(parts.reserved ?? ''),
    wire(parts.hash ?? 'sha512'),
    wire(parts.inner),
    parts.tail ?? Buffer.alloc(0),
  ]);
}

/** An SSH string: its length, then its bytes. */
export function wire(value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

export function armour(blob: Buffer): string {
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return `-----BEGIN SSH SIGNATURE-----\n${lines.join('\n')}\n-----END SSH SIGNATURE-----\n`;
}

/** The bytes inside an armoured block. */
export function unarmour(text: string): Buffer {
  return Buffer.from(text.replace(/-----.*-----/g, ''), 'base64');
}
