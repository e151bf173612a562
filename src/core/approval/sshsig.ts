import { decodeBase64, isHardwareType, type KeyType, parsePublicKey, WireReader } from './ssh-wire.js';

const BEGIN = '-----BEGIN SSH SIGNATURE-----';
const END = '-----END SSH SIGNATURE-----';
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const SIZE_LIMIT = 16 * 1024;

export interface SshSignature {
  readonly keyType: KeyType;
  /** `SHA256:…` of the key that the block names; whether it signed is for ssh-keygen to say. */
  readonly fingerprint: string;
  readonly namespace: string;
  readonly hashAlgorithm: 'sha256' | 'sha512';
  /** What a security key says of its user; null for a key in a file. */
  readonly sk: { readonly flags: number; readonly userPresent: boolean; readonly userVerified: boolean } | null;
}

export type ParsedSignature =
  | { readonly ok: true; readonly signature: SshSignature }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads an armoured SSHSIG block. OpenSSH calls a security key's signature good though nobody touched the key, so the
 * flags are read here. Refuses unknown versions, types and hashes, trailing bytes, and a signature without touch.
 */
export function parseSshSignature(armoured: string): ParsedSignature {
  const blob = unarmour(armoured);
  if (blob === null) return refuse('it is not one armoured SSH signature block');
  try {
    return parseBlob(new WireReader(blob));
  } catch {
    return refuse('it ends too early');
  }
}

function unarmour(armoured: string): Buffer | null {
  if (armoured.length > SIZE_LIMIT) return null;
  const lines = armoured.replace(/\n$/, '').split('\n');
  if (lines[0] !== BEGIN || lines.at(-1) !== END || lines.length < 3) return null;
  return decodeBase64(lines.slice(1, -1).join(''));
}

function parseBlob(reader: WireReader): ParsedSignature {
  if (reader.take(6).toString('latin1') !== 'SSHSIG') return refuse('it is not an SSH signature');
  const version = reader.uint32();
  if (version !== 1) return refuse(`its format version is ${version}, not 1`);
  const key = parsePublicKey(reader.string());
  if (key === null) return refuse('its key is of a type that may not approve');
  const namespace = reader.text();
  if (reader.string().length > 0) return refuse('its reserved field is not empty');
  const hashName = reader.text();
  const hashAlgorithm = hashName === 'sha256' || hashName === 'sha512' ? hashName : null;
  if (hashAlgorithm === null) return refuse('its hash algorithm is neither sha256 nor sha512');
  const inner = new WireReader(reader.string());
  if (!reader.atEnd()) return refuse('bytes follow the signature');

  if (inner.text() !== key.type) return refuse('its signature is of another type than its key');
  const value = inner.string();
  if (!key.type.includes('ecdsa') && value.length !== 64) return refuse('its signature has the wrong length');
  const sk = isHardwareType(key.type) ? readFlags(inner) : null;
  if (!inner.atEnd()) return refuse('bytes follow the signature');
  if (sk !== null && !sk.userPresent) return refuse('the security key was not touched');
  return {
    ok: true,
    signature: { keyType: key.type, fingerprint: key.fingerprint, namespace, hashAlgorithm, sk },
  };
}

function readFlags(reader: WireReader): NonNullable<SshSignature['sk']> {
  const flags = reader.byte();
  reader.uint32(); // the key's counter: CES keeps no history of it
  return { flags, userPresent: (flags & USER_PRESENT) !== 0, userVerified: (flags & USER_VERIFIED) !== 0 };
}

function refuse(reason: string): ParsedSignature {
  return { ok: false, reason };
}
