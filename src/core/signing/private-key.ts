import { constants } from 'node:fs';
import { isHardwareType, parsePublicKey, WireReader } from '../approval/ssh-wire.js';
import { CesError } from '../errors.js';
import { openPrivate } from '../private-files.js';

const SIZE_LIMIT = 64 * 1024;
const MAGIC = 'openssh-key-v1\0';

export interface KeyDescription {
  readonly type: string;
  readonly fingerprint: string;
  /** `key-type base64`, as in a `.pub` file, read from the private key itself. */
  readonly publicKey: string;
  readonly encrypted: boolean;
  /** Rounds of bcrypt that one guess of the passphrase costs; null without a passphrase. */
  readonly kdfRounds: number | null;
  /** The secret is in a security key, and this file only points to it. */
  readonly hardware: boolean;
}

/**
 * Says what a private key file is, without its passphrase. Throws `no_key` where there is none or it is no OpenSSH key
 * that may approve, and `unsafe_state` for a link, another owner, or a file that others may read.
 */
export async function describeKey(path: string): Promise<KeyDescription> {
  const handle = await openPrivate(path, constants.O_RDONLY);
  if (handle === null) throw new CesError('no_key', `There is no key at ${path}.`, 'Run `ces key create`.');
  try {
    const stat = await handle.stat();
    if ((stat.mode & 0o077) !== 0)
      throw new CesError('unsafe_state', `Other users may read the key ${path}.`, `Run \`chmod 600 ${path}\`.`);
    const description = stat.size > SIZE_LIMIT ? null : parsePrivateKey(await handle.readFile('latin1'));
    if (description !== null) return description;
    throw new CesError('no_key', `${path} is not an OpenSSH key that may approve.`, 'Run `ces key create`.');
  } finally {
    await handle.close();
  }
}

/** The open part of an `OPENSSH PRIVATE KEY` file, or null. */
export function parsePrivateKey(text: string): KeyDescription | null {
  const match = /^-----BEGIN OPENSSH PRIVATE KEY-----\n([A-Za-z0-9+/=\n]+)\n-----END OPENSSH PRIVATE KEY-----\n?$/.exec(
    text,
  );
  if (match?.[1] === undefined) return null;
  try {
    const reader = new WireReader(Buffer.from(match[1], 'base64'));
    if (reader.take(MAGIC.length).toString('latin1') !== MAGIC) return null;
    const cipher = reader.text();
    const kdf = reader.text();
    const options = reader.string();
    if (reader.uint32() !== 1) return null;
    const key = parsePublicKey(reader.string());
    if (key === null) return null;
    const encrypted = cipher !== 'none' && kdf === 'bcrypt';
    return {
      type: key.type,
      fingerprint: key.fingerprint,
      publicKey: `${key.type} ${key.base64}`,
      encrypted,
      kdfRounds: encrypted ? readRounds(options) : null,
      hardware: isHardwareType(key.type),
    };
  } catch {
    return null;
  }
}

function readRounds(options: Buffer): number {
  const reader = new WireReader(options);
  reader.string(); // salt
  return reader.uint32();
}
