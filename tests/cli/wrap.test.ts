import pc from 'picocolors';
import { expect, test } from 'vitest';
import { wrapLines } from '../../src/cli/wrap.js';

test('a line that fits stays as it is', () => {
  const line = pc.createColors(true).green('x'.repeat(80));
  expect(wrapLines(`${line}\nb`, 80)).toBe(`${line}\nb`);
});

test.each([
  ['+', '+'],
  ['-', '-'],
  [' ', ' '],
  ['    ', '    '],
  ['word ', ' '],
])('every further row of a line that begins with %j has the mark %j', (start, mark) => {
  const hidden = `${start}${'x'.repeat(40 - start.length)}── Findings none`;
  const rows = wrapLines(hidden, 40).split('\n');
  expect(rows.length).toBeGreaterThan(1);
  for (const row of rows.slice(1)) expect(row.startsWith(`↳${mark}`)).toBe(true);
  expect(rows.every((row) => row.length <= 40)).toBe(true);
  expect([rows[0], ...rows.slice(1).map((row) => row.slice(1 + mark.length))].join('')).toBe(hidden);
});

test('tabs and wide characters do not reach past the edge', () => {
  const cells = (row: string) =>
    [...row].reduce(
      (column, character) =>
        character === '\t' ? (Math.floor(column / 8) + 1) * 8 : column + (character > '\u10FF' ? 2 : 1),
      0,
    );
  for (const text of ['\t'.repeat(30), '日本語'.repeat(40), 'a\t語'.repeat(30)])
    for (const row of wrapLines(`+${text}`, 50).split('\n')) expect(cells(row)).toBeLessThanOrEqual(50);
});

test('colours take no room, and the mark is found behind them', () => {
  const colors = pc.createColors(true);
  const [first = '', second = ''] = wrapLines(colors.green(`+${'x'.repeat(25)}`), 20).split('\n');
  expect(first.endsWith('x'.repeat(19))).toBe(true);
  expect(second.startsWith('↳+xxxxxx')).toBe(true);
});

test('where the width is not known it is 80', () => {
  expect(wrapLines('x'.repeat(81), undefined).split('\n')[0]).toBe('x'.repeat(80));
  expect(wrapLines('x'.repeat(81), 0).split('\n')[0]).toBe('x'.repeat(80));
});
