import { decodeBase64, parsePublicKey } from './ssh-wire.js';

export type ParsedRevocations =
  | { readonly ok: true; readonly fingerprints: ReadonlySet<string> }
  | { readonly ok: false; readonly line: number };

/** Reads a list of revoked public keys, one `key-type base64 [comment]` a line. One bad line makes the whole list unusable. */
export function parseRevokedKeys(text: string): ParsedRevocations {
  const fingerprints = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    const [type, base64 = ''] = line.trim().split(/[ \t]+/);
    const blob = decodeBase64(base64);
    const key = blob === null || base64 === '' ? null : parsePublicKey(blob);
    if (key === null || key.type !== type) return { ok: false, line: index + 1 };
    fingerprints.add(key.fingerprint);
  }
  return { ok: true, fingerprints };
}
