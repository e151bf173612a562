/**
 * Writes a path so that canonical JSON can hold it: a byte that is not UTF-8 (a lone surrogate) becomes `\u{DCFF}`, and a
 * backslash is doubled, so that two different paths never look the same.
 */
export function escapePath(path: string): string {
  return path.replace(/\\/g, '\\\\').replace(/\p{Cs}/gu, codePointEscape);
}

/** `\u{202E}` for the first code point of `character`. */
export function codePointEscape(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;
}
