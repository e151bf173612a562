import pc from 'picocolors';
import { expect, test } from 'vitest';
import { renderChange } from '../../src/cli/render/diff.js';
import type { Change, EntryMode } from '../../src/core/delta/tree.js';

const plain = pc.createColors(false);

function change(before: EntryMode | null, after: EntryMode | null): Change {
  const entry = (mode: EntryMode | null) => (mode === null ? null : { path: 'a', mode, sha256: 'ab', size: 1 });
  return { path: 'a', kind: 'modified', before: entry(before), after: entry(after) };
}

function render(before: string | Buffer | null, after: string | Buffer | null, what = change('100644', '100644')) {
  const bytes = (side: string | Buffer | null) => (side === null ? null : Buffer.from(side));
  return renderChange(plain, what, { before: bytes(before), after: bytes(after) });
}

test('every changed line is shown, and a missing last newline too', () => {
  const { lines, hidden } = render('one\ntwo\n', 'one\n2');
  expect(hidden).toBeNull();
  expect(lines).toEqual(['modified: a', '@@ -1,2 +1,2 @@', ' one', '-two', '+2', '\\ No newline at end of file']);
});

test('a carriage return, an escape and a tag character become visible; a tab stays', () => {
  expect(render('', 'a\r\n\t\u001B[2J\u{E0041}\n').lines).toEqual([
    'modified: a',
    '@@ -0,0 +1,2 @@',
    '+a\\u{D}',
    '+\t\\u{1B}[2J\\u{E0041}',
  ]);
});

test('bytes that hold NUL are said to be no text', () => {
  const { lines, hidden } = render('a\n', Buffer.from('a\0b'));
  expect(hidden).toBe('binary');
  expect(lines.join('\n')).toContain('1 bytes, sha256 ab');
});

test('one byte that is no UTF-8 hides nothing of its file', () => {
  const { lines, hidden } = render('// caf\\xE9\n', Buffer.from('// café\xE9 \xFF日\nevil()\n', 'latin1'));
  expect(hidden).toBeNull();
  expect(lines).toEqual([
    'modified: a',
    '  after: not UTF-8: bytes that are none are shown as \\xNN',
    '@@ -1,1 +1,2 @@',
    '-// caf\\xE9',
    expect.stringMatching(/^\+\/\/ caf\\xE9\\xE9 \\xFF/),
    '+evil()',
  ]);
});

test('a byte that takes the place of the text that spells it is a change, and valid characters beside it are shown', () => {
  const { lines } = render('ü \\xE9\n', Buffer.concat([Buffer.from('ü '), Buffer.from([0xe9, 0x0a])]));
  expect(lines.slice(-2)).toEqual(['-ü \\xE9', '+ü \\xE9']);
});

test.each([
  [[0xed, 0xa0, 0x80], '\\xED\\xA0\\x80'],
  [[0xc0, 0xaf], '\\xC0\\xAF'],
  [[0xf4, 0x90, 0x80, 0x80], '\\xF4\\x90\\x80\\x80'],
  [[0xe2, 0x82], '\\xE2\\x82'],
  [[0xff, 0xfe, 0x63], '\\xFF\\xFEc'],
])('the bytes %j are shown as they are', (bytes, shown) => {
  expect(render(null, Buffer.from([...bytes, 0x0a])).lines.at(-1)).toBe(`+${shown}`);
});

test('UTF-16 is shown as text and counted, since other readers see something else', () => {
  const { lines, hidden } = render(null, Buffer.from('\uFEFFevil()\n', 'utf16le'));
  expect(hidden).toBe('UTF-16');
  expect(lines).toContain('  after: read as utf-16le');
  expect(lines.at(-1)).toBe('+\\u{FEFF}evil()');
});

test('code behind thousands of spaces is shown; of a longer line both ends, and it is counted', () => {
  const far = render('a\n', `a;${' '.repeat(15_000)}evil()\n`);
  expect(far.hidden).toBeNull();
  expect(far.lines.at(-1)).toMatch(/ evil\(\)$/);
  const farther = render('a\n', `start()${' '.repeat(40_000)}evil()\n`);
  expect(farther.hidden).toBe('long lines cut');
  expect(farther.lines.at(-1)).toMatch(/^\+start\(\) +\[20014 characters not shown\] +evil\(\)$/);
});

test('what is too large, or no file, is said to be so', () => {
  expect(render('', 'x\n'.repeat(300_000)).hidden).toBe('large');
  expect(render(null, null, change('100644', '160000')).hidden).toBe('no bytes');
});

test('a changed mode is said, with no line of text', () => {
  expect(render('a\n', 'a\n', change('100644', '100755')).lines).toEqual([
    'modified: a',
    '  was file, is executable file',
  ]);
});
