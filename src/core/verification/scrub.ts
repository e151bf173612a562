const SECRETS: readonly (readonly [RegExp, string])[] = [
  [
    /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)/g,
    '[private key]',
  ],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '[jwt]'],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, '[aws key]'],
  [/\b(?:gh[opsur]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/g, '[github token]'],
  [/\bglpat-[\w-]{16,}/g, '[gitlab token]'],
  [/\bnpm_[A-Za-z0-9]{20,}/g, '[npm token]'],
  [/\bxox[a-z]-[\w-]{8,}/g, '[slack token]'],
  [/\bsk-[\w-]{16,}/g, '[api key]'],
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/:@]*:[^\s/@]+@/gi, '$1[credentials]@'],
  [
    /\b(\w*(?:password|passwd|passphrase|secret|token|api_?key|private_?key)\w*["']?\s*[=:]\s*)(?!\[)(["']?)[^\s"',;]{4,}\2/gi,
    '$1[secret]',
  ],
];

/** The text with everything that looks like a key, token or password replaced by its kind in brackets. Always the same for the same text. */
export function scrub(text: string): string {
  return SECRETS.reduce((scrubbed, [pattern, kind]) => scrubbed.replace(pattern, kind), text);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what this removes
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu;

/** The text on plain lines: terminal escapes removed, every other character that can't be seen written as `<U+XXXX>`. */
export function showInvisible(text: string): string {
  return text
    .replace(ESCAPES, '')
    .replace(/\r\n/g, '\n')
    .replace(INVISIBLE, (char) => (char === '\n' || char === '\t' ? char : nameOf(char)));
}

/** The last `maxChars` characters of a program's output, with secrets and invisible characters taken out. */
export function tailOf(output: string, maxChars = 4000): string {
  const text = showInvisible(scrub(output.replace(ESCAPES, ''))).trimEnd();
  const start = text.length - maxChars;
  if (start <= 0) return text;
  // Never begin in the middle of a surrogate pair.
  return text.slice(/[\udc00-\udfff]/.test(text[start] ?? '') ? start + 1 : start);
}

function nameOf(char: string): string {
  return `<U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;
}
