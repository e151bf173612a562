/**
 * Paths are byte strings to the file system and to git. They are held as text: valid UTF-8 as itself, every other
 * byte as a lone surrogate U+DC80..U+DCFF, so that the way back gives the same bytes.
 */

/** The text of a path's bytes; never fails and never loses a byte. */
export function bytesToPath(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd')) return text;
  let path = '';
  let at = 0;
  while (at < bytes.length) {
    const length = validSequenceLength(bytes, at);
    path += length === 0 ? String.fromCharCode(0xdc00 + (bytes[at] ?? 0)) : bytes.toString('utf8', at, at + length);
    at += length === 0 ? 1 : length;
  }
  return path;
}

/** The bytes of a path made by `bytesToPath`. */
export function pathToBytes(path: string): Buffer {
  if (path.isWellFormed()) return Buffer.from(path, 'utf8');
  const parts: Buffer[] = [];
  for (const character of path) {
    const code = character.codePointAt(0) ?? 0;
    parts.push(code >= 0xdc80 && code <= 0xdcff ? Buffer.from([code - 0xdc00]) : Buffer.from(character, 'utf8'));
  }
  return Buffer.concat(parts);
}

/** Orders paths by their bytes, as git does. */
export function comparePaths(left: string, right: string): number {
  if (left === right) return 0;
  if (beyondSurrogates.test(left) || beyondSurrogates.test(right)) {
    return Buffer.compare(pathToBytes(left), pathToBytes(right));
  }
  return left < right ? -1 : 1;
}

/** Below U+D800 the order of UTF-16 units is the order of UTF-8 bytes. */
const beyondSurrogates = /[\ud800-\uffff]/;

function validSequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  const piece = bytes.subarray(at, at + length);
  return piece.length === length && Buffer.from(piece.toString('utf8'), 'utf8').equals(piece) ? length : 0;
}
