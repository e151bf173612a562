const UNKNOWN_WIDTH = 80;
const LEAST_WIDTH = 20;
const TAB = 8;

/**
 * Breaks long lines at the width of the terminal, before it does: each further row begins with `↳` and the line's own mark
 * (`+`, `-` or its indent), so that no part of a line stands at the left edge as if it were a line of ours. Colours count nothing.
 */
export function wrapLines(text: string, columns: number | undefined): string {
  const width = Math.max(columns === undefined || columns === 0 ? UNKNOWN_WIDTH : columns, LEAST_WIDTH);
  return text
    .split('\n')
    .map((line) => wrapLine(line, width))
    .join('\n');
}

function wrapLine(line: string, width: number): string {
  const tokens = tokenize(line);
  const visible = tokens.filter((token) => !isColor(token)).join('');
  const mark = /^(?:[+-]| {1,8})/.exec(visible)?.[0] ?? ' ';
  const prefix = `↳${mark}`;
  // The arrow is counted as wide as it may be drawn.
  const start = prefix.length + 1;
  const rows: string[] = [];
  let row = '';
  let column = 0;
  for (const token of tokens) {
    if (!isColor(token) && advance(column, token) > width) {
      rows.push(row);
      row = prefix;
      column = start;
    }
    row += token;
    if (!isColor(token)) column = advance(column, token);
  }
  return [...rows, row].join('\n');
}

function advance(column: number, character: string): number {
  if (character === '\t') return (Math.floor(column / TAB) + 1) * TAB;
  // Up to here nothing is wider than one cell; beyond it much is two, and a row that ends early does no harm.
  return column + ((character.codePointAt(0) ?? 0) < 0x1100 ? 1 : 2);
}

const ESCAPE = String.fromCharCode(27);

function isColor(token: string): boolean {
  return token.startsWith(ESCAPE);
}

/** Characters, and colours whole. All that others wrote was made visible before, so that every escape is ours. */
function tokenize(line: string): string[] {
  const [first = '', ...others] = line.split(ESCAPE);
  return [
    ...first,
    ...others.flatMap((part) => {
      const end = part.indexOf('m') + 1;
      return [`${ESCAPE}${part.slice(0, end)}`, ...part.slice(end)];
    }),
  ];
}
