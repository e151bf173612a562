import { CesError } from '../errors.js';
import { decodeBase64, type KeyType, parsePublicKey } from './ssh-wire.js';
import { SIGNATURE_NAMESPACE } from './statement-schema.js';
import { parseTimestamp } from './timestamp.js';

const SIZE_LIMIT = 256 * 1024;
const PRINCIPAL = /^[A-Za-z0-9_][A-Za-z0-9._@+-]*$/;
const OPTION = /^([a-z-]+)="([^"]*)"$/;

export interface AllowedSigner {
  readonly principal: string;
  readonly keyType: KeyType;
  readonly fingerprint: string;
  /** ISO 8601, UTC; null for no limit. */
  readonly validAfter: string | null;
  readonly validBefore: string | null;
  readonly line: number;
}

export type ParsedSigners =
  | { readonly ok: true; readonly signers: readonly AllowedSigner[] }
  | { readonly ok: false; readonly line: number; readonly reason: string };

/**
 * Reads an `allowed_signers` file by rules stricter than OpenSSH's: one literal principal a line, the namespace
 * `ces-approval` and no other, no certificate authorities, limits in UTC. One bad line makes the whole file unusable.
 */
export function parseAllowedSigners(text: string): ParsedSigners {
  if (text.length > SIZE_LIMIT)
    return { ok: false, line: 1, reason: `the file is larger than ${SIZE_LIMIT} characters` };
  const signers: AllowedSigner[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    const signer = parseLine(line, index + 1);
    if (typeof signer === 'string') return { ok: false, line: index + 1, reason: signer };
    if (signers.some((known) => known.fingerprint === signer.fingerprint))
      return { ok: false, line: index + 1, reason: 'the same key stands in an earlier line' };
    signers.push(signer);
  }
  return { ok: true, signers };
}

/** One line for a public key as `.pub` files hold it. Refuses what `parseAllowedSigners` would refuse (`invalid_input`). */
export function formatAllowedSigner(principal: string, publicKey: string): string {
  const [type = '', base64 = ''] = publicKey.trim().split(/\s+/);
  const line = `${principal} namespaces="${SIGNATURE_NAMESPACE}" ${type} ${base64}`;
  const parsed = parseLine(line, 1);
  if (typeof parsed === 'string')
    throw new CesError(
      'invalid_input',
      `This key can't be a signer's: ${parsed}.`,
      'Give a name without spaces and a .pub file of a key that `ces key create` made, or of a security key.',
    );
  return line;
}

function parseLine(line: string, number: number): AllowedSigner | string {
  if (/[^\x20-\x7E\t]/.test(line)) return 'it holds a character that is not printable ASCII';
  const match = /^(\S+)[ \t]+(\S+)[ \t]+(\S+)[ \t]+(\S+)(?:[ \t].*)?$/.exec(line);
  if (match === null) return `it is not: principal namespaces="${SIGNATURE_NAMESPACE}" key-type key`;
  const [, principal = '', options = '', type = '', base64 = ''] = match;
  if (!PRINCIPAL.test(principal))
    return 'its principal is not one literal name (no wildcards, lists, quotes or negation)';
  const limits = parseOptions(options);
  if (typeof limits === 'string') return limits;
  const blob = decodeBase64(base64);
  const key = blob === null ? null : parsePublicKey(blob);
  if (key === null || key.type !== type) return 'its key is broken, or of a type that may not approve';
  return { principal, keyType: key.type, fingerprint: key.fingerprint, ...limits, line: number };
}

function parseOptions(text: string): Pick<AllowedSigner, 'validAfter' | 'validBefore'> | string {
  const options = new Map<string, string>();
  for (const part of text.split(',')) {
    const [, name = part, value = ''] = OPTION.exec(part) ?? [];
    if (name !== 'namespaces' && name !== 'valid-after' && name !== 'valid-before')
      return /cert-authority/i.test(part)
        ? 'it names a certificate authority'
        : 'it has an option that is not allowed here';
    if (options.has(name)) return `it gives ${name} twice`;
    options.set(name, value);
  }
  if (options.get('namespaces') !== SIGNATURE_NAMESPACE) return `it does not say namespaces="${SIGNATURE_NAMESPACE}"`;
  const limits = { validAfter: readLimit(options, 'valid-after'), validBefore: readLimit(options, 'valid-before') };
  if (limits.validAfter === 'bad' || limits.validBefore === 'bad')
    return 'a time limit in it is not YYYYMMDDZ or YYYYMMDDHHMM[SS]Z';
  return limits;
}

function readLimit(options: Map<string, string>, name: string): string | null {
  const value = options.get(name);
  return value === undefined ? null : (parseTimestamp(value) ?? 'bad');
}
