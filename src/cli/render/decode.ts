/** A side of a change as text, with how it had to be read; a note is shown beside it. */
export interface Decoded {
  readonly text: string;
  /** Null for UTF-8. */
  readonly note: string | null;
  /** Other readers may see something else in these bytes than what is shown. */
  readonly doubtful: boolean;
}

// A multi-byte character of UTF-8, or one byte that is no part of any.
const PIECE =
  /((?:[\xC2-\xDF][\x80-\xBF]|\xE0[\xA0-\xBF][\x80-\xBF]|[\xE1-\xEC\xEE\xEF][\x80-\xBF]{2}|\xED[\x80-\x9F][\x80-\xBF]|\xF0[\x90-\xBF][\x80-\xBF]{2}|[\xF1-\xF3][\x80-\xBF]{3}|\xF4[\x80-\x8F][\x80-\xBF]{2})+)|[\x80-\xFF]/g;
// No UTF-8 holds these alone, so that a byte is never taken for a text that spells it.
const BYTE = 0xdc00;

/** Reads bytes for showing; null for what holds NUL and is no UTF-16: a binary. Invalid bytes stay apart until `showBytes`. */
export function decodeText(bytes: Uint8Array): Decoded | null {
  if (bytes.includes(0)) return decodeUtf16(bytes);
  const utf8 = decodeStrictly('utf-8', bytes);
  if (utf8 !== null) return { text: utf8, note: null, doubtful: false };
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replace(PIECE, (piece, valid: string | undefined) =>
      valid === undefined
        ? String.fromCharCode(BYTE + piece.charCodeAt(0))
        : Buffer.from(piece, 'latin1').toString('utf8'),
    );
  return { text, note: 'not UTF-8: bytes that are none are shown as \\xNN', doubtful: false };
}

/** Writes each invalid byte of a decoded text as `\xNN`. */
export function showBytes(text: string): string {
  return text.replace(
    /[\uDC80-\uDCFF]/gu,
    (character) => `\\x${(character.charCodeAt(0) - BYTE).toString(16).toUpperCase()}`,
  );
}

function decodeUtf16(bytes: Uint8Array): Decoded | null {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : null;
  const text = encoding === null ? null : decodeStrictly(encoding, bytes);
  return text === null || text.includes('\0') ? null : { text, note: `read as ${encoding}`, doubtful: true };
}

function decodeStrictly(encoding: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
