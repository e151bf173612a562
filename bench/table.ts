export interface Row {
  readonly work: string;
  readonly unit: 'ms' | 'µs' | 'MB' | '';
  readonly ours: number;
  /** What it is held against, measured in the same run; null where nothing is. */
  readonly peer: { readonly name: string; readonly value: number } | null;
  readonly goal: Goal | null;
  /** Said below the table. */
  readonly note?: string;
}

/** A ratio to the peer, or a bound of the figure itself in the row's unit. */
export type Goal = { readonly ratio: number } | { readonly bound: number };

const HEAD = ['work', 'ces', 'beside', '', 'ratio', 'goal', ''];

/** The rows as lines of a Markdown table, padded to be read as they are. */
export function renderTable(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows.map(renderRow)];
  const widths = HEAD.map((_, column) => Math.max(3, ...cells.map((line) => line[column]?.length ?? 0)));
  const line = (parts: readonly string[]): string =>
    `| ${parts.map((part, column) => part.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  const notes = rows.flatMap(({ work, note }) => (note === undefined ? [] : [`- ${work}: ${note}`]));
  return [line(HEAD), rule, ...cells.slice(1).map(line), ...(notes.length === 0 ? [] : ['', ...notes])].join('\n');
}

function renderRow(row: Row): string[] {
  const { work, unit, ours, peer, goal } = row;
  const ratio = peer === null ? '' : (ours / peer.value).toFixed(2);
  const wanted = goal === null ? '' : 'ratio' in goal ? `≤ ${goal.ratio} ×` : `≤ ${goal.bound} ${unit}`.trim();
  const verdict = goal === null ? '' : isMet(row, goal) ? 'met' : 'missed';
  return [
    work,
    show(ours, unit),
    peer?.name ?? '',
    peer === null ? '' : show(peer.value, unit),
    ratio,
    wanted,
    verdict,
  ];
}

function isMet({ ours, peer }: Row, goal: Goal): boolean {
  if ('bound' in goal) return ours <= goal.bound;
  return peer !== null && ours / peer.value <= goal.ratio;
}

function show(value: number, unit: string): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(unit === '' ? 0 : digits)} ${unit}`.trim();
}
