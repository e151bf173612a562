import { codePointEscape } from './text.js';

// Control, format (bidirectional, zero-width, tags), surrogate, private and unassigned code points, line separators,
// every space but the ordinary one, and letters that draw nothing.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

export interface Shown {
  readonly text: string;
  /** How many code points were made visible. */
  readonly escaped: number;
  /** How many characters were left out of lines that are too long. */
  readonly cut: number;
}

/** Makes several lines safe to show: newline and tab stay, all else unseen becomes `\u{202E}`; long lines are cut, and say so. */
export function showText(text: string, lineLimit = 2000): Shown {
  let escaped = 0;
  let cut = 0;
  const lines = text.split('\n').map((line) => {
    const visible = line.replace(UNSEEN, (character) => {
      if (character === '\t') return character;
      escaped += 1;
      return codePointEscape(character);
    });
    const shown = cutLine(visible, lineLimit);
    cut += shown.cut;
    return shown.text;
  });
  return { text: lines.join('\n'), escaped, cut };
}

/** Makes one line of a text safe to show; tab stays. Of a line longer than `limit` the beginning and the end are shown. */
export function showEnds(line: string, limit: number): { readonly text: string; readonly cut: number } {
  const visible = line.replace(UNSEEN, (character) => (character === '\t' ? character : codePointEscape(character)));
  const cut = visible.length - limit;
  if (cut <= 0) return { text: visible, cut: 0 };
  const half = Math.floor(limit / 2);
  const start = visible.slice(0, limit - half).toWellFormed();
  return { text: `${start} [${cut} characters not shown] ${visible.slice(-half).toWellFormed()}`, cut };
}

/** Makes one value (a name, a path, a reason) safe to show on one line: newline and tab are made visible too. */
export function showLine(text: string, limit = 500): string {
  return cutLine(text.replace(UNSEEN, codePointEscape), limit).text;
}

function cutLine(line: string, limit: number): { text: string; cut: number } {
  if (line.length <= limit) return { text: line, cut: 0 };
  const cut = line.length - limit;
  return { text: `${line.slice(0, limit).toWellFormed()} [${cut} more characters not shown]`, cut };
}
