import { expect, test } from 'vitest';
import { showLine, showText } from '../../../src/core/approval/display.js';

test.each([
  ['an escape sequence', 'a\u001B[2Kb', 'a\\u{1B}[2Kb'],
  ['a carriage return', 'safe\rEVIL', 'safe\\u{D}EVIL'],
  ['a C1 control', 'a\u009Bb', 'a\\u{9B}b'],
  ['a bidirectional override', 'a\u202Eb', 'a\\u{202E}b'],
  ['an isolate', '\u2066x\u2069', '\\u{2066}x\\u{2069}'],
  ['a zero-width space', 'a\u200Bb', 'a\\u{200B}b'],
  ['a byte order mark', '\uFEFFa', '\\u{FEFF}a'],
  ['tag characters', 'a\u{E0041}', 'a\\u{E0041}'],
  ['a variation selector', 'a\u{E0100}\uFE0F', 'a\\u{E0100}\\u{FE0F}'],
  ['a Hangul filler', 'a\u3164', 'a\\u{3164}'],
  ['a blank Braille pattern', 'a\u2800', 'a\\u{2800}'],
  ['a no-break space', 'a\u00A0b', 'a\\u{A0}b'],
  ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
  ['a soft hyphen', 'a\u00ADb', 'a\\u{AD}b'],
  ['a lone surrogate', 'a\uDC80', 'a\\u{DC80}'],
  ['a private-use character', 'a\uE000', 'a\\u{E000}'],
  ['an unassigned code point', 'a\u{10FFFF}', 'a\\u{10FFFF}'],
  ['ordinary text', 'Grüße, 日本語, naïve 😀 עברית', 'Grüße, 日本語, naïve 😀 עברית'],
])('%s is shown so that it can be seen', (_what, text, shown) => {
  expect(showLine(text)).toBe(shown);
  expect(showText(text).text).toBe(shown);
});

test('newline and tab stay in a text and are made visible in a line', () => {
  expect(showText('a\n\tb\u200B')).toEqual({ text: 'a\n\tb\\u{200B}', escaped: 1, cut: 0 });
  expect(showLine('a\n\tb')).toBe('a\\u{A}\\u{9}b');
});

test('a long line is cut and says how much is missing', () => {
  const shown = showText(`short\n${'x'.repeat(2500)}\nshort`);
  expect(shown.cut).toBe(500);
  expect(shown.text.split('\n')[1]).toBe(`${'x'.repeat(2000)} [500 more characters not shown]`);
  expect(showLine('😀'.repeat(400), 101)).toContain('[699 more characters not shown]');
  expect(showLine('😀'.repeat(400), 101).isWellFormed()).toBe(true);
});
