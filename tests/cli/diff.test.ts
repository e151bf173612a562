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

test('bytes that are no UTF-8, or hold NUL, are said to be no text', () => {
  for (const bytes of [Buffer.from([0xff, 0xfe]), Buffer.from('a\0b')]) {
    const { lines, hidden } = render('a\n', bytes);
    expect(hidden).toBe('binary');
    expect(lines.join('\n')).toContain('1 bytes, sha256 ab');
  }
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
