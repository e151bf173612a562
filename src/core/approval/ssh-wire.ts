import { createHash } from 'node:crypto';

/** Key types that may approve. RSA, DSA, certificates and webauthn are not among them. */
export const KEY_TYPES = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
] as const;
export type KeyType = (typeof KEY_TYPES)[number];

export interface PublicKey {
  readonly type: KeyType;
  /** `SHA256:…`, as ssh-keygen prints it. */
  readonly fingerprint: string;
  /** The key blob in base64, as it stands in a `.pub` file. */
  readonly base64: string;
}

/** Reads SSH's binary encoding (RFC 4251). Every method throws RangeError where the bytes run out. */
export class WireReader {
  private offset = 0;
  private readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  take(length: number): Buffer {
    if (length > this.bytes.length - this.offset) throw new RangeError('it ends too early');
    this.offset += length;
    return this.bytes.subarray(this.offset - length, this.offset);
  }

  byte(): number {
    return this.take(1).readUInt8(0);
  }

  uint32(): number {
    return this.take(4).readUInt32BE(0);
  }

  string(): Buffer {
    return this.take(this.uint32());
  }

  text(): string {
    return this.string().toString('latin1');
  }

  atEnd(): boolean {
    return this.offset === this.bytes.length;
  }
}

/** A key blob, or null for a type that may not approve, wrong lengths or trailing bytes. */
export function parsePublicKey(blob: Buffer): PublicKey | null {
  try {
    const reader = new WireReader(blob);
    const name = reader.text();
    const type = KEY_TYPES.find((known) => known === name);
    if (type === undefined) return null;
    if (type.includes('ecdsa')) {
      if (reader.text() !== 'nistp256' || reader.string().length !== 65) return null;
    } else if (reader.string().length !== 32) return null;
    if (isHardwareType(type) && !reader.text().startsWith('ssh:')) return null;
    if (!reader.atEnd()) return null;
    const fingerprint = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
    return { type, fingerprint: `SHA256:${fingerprint}`, base64: blob.toString('base64') };
  } catch {
    return null;
  }
}

/** True for keys that live in a security key and sign flags and a counter along. */
export function isHardwareType(type: string): boolean {
  return type.startsWith('sk-');
}

/** Bytes of base64 text that is in its one canonical form, or null. */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}
