import { expect, test } from 'vitest';
import { scrub, showInvisible, tailOf } from '../../../src/core/verification/scrub.js';

/** Put together here, so that no scanner takes this file for a leak. */
const join = (...parts: readonly string[]) => parts.join('');

test.each([
  [join('AKIA', 'ABCDEFGHIJKLMNOP'), '[aws key]'],
  [join('ghp', '_', 'a1'.repeat(18)), '[github token]'],
  [join('github_pat', '_', 'a1'.repeat(18)), '[github token]'],
  [join('glpat', '-', 'a1'.repeat(10)), '[gitlab token]'],
  [join('npm', '_', 'a1'.repeat(18)), '[npm token]'],
  [join('xoxb', '-123456789-abcdef'), '[slack token]'],
  [join('sk', '-', 'a1'.repeat(12)), '[api key]'],
  [join('eyJ', 'hbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxIn0', '.c2lnbmF0dXJl'), '[jwt]'],
  ['DB_PASSWORD=hunter22', 'DB_PASSWORD=[secret]'],
  ['"api_key": "abcd1234"', '"api_key": [secret]'],
  ['postgres://me:hunter2@db/x', 'postgres://[credentials]@db/x'],
  [join('-----BEGIN OPENSSH ', 'PRIVATE KEY-----\nabc\ndef\n-----END OPENSSH ', 'PRIVATE KEY-----'), '[private key]'],
  ['tests/token.test.js passed in 3 ms', 'tests/token.test.js passed in 3 ms'],
  ['https://example.org/a:b@c', 'https://example.org/a:b@c'],
])('scrub replaces %s', (text, expected) => {
  expect(scrub(`before ${text} after`)).toBe(`before ${expected} after`);
  expect(scrub(scrub(text))).toBe(scrub(text));
});

test('showInvisible removes escapes and names what can’t be seen', () => {
  expect(showInvisible('\u001b[31mred\u001b[0m\u001b]0;title\u0007 a\u200bb\u202e\u0000\r\n\tc\u{e0041}')).toBe(
    'red a<U+200B>b<U+202E><U+0000>\n\tc<U+E0041>',
  );
});

test('tailOf keeps whole characters and finds secrets that escapes cut apart', () => {
  expect(tailOf('x'.repeat(10) + '😀'.repeat(3), 5)).toBe('😀😀');
  expect(tailOf(join('gh\u001b[1mp', '_', 'a1'.repeat(18)))).toBe('[github token]');
  expect(tailOf('')).toBe('');
});
