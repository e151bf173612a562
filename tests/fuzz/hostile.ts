import fc from 'fast-check';

/** Text that breaks programs: NUL, halves of characters, turned and invisible ones, look-alikes, escapes, traversal, names of JavaScript's own. */
export const HOSTILE_TEXTS: readonly string[] = [
  '',
  '\0',
  'a\0b',
  '\ud800',
  'x\udfffy',
  '\ufeff',
  '\u202egpj.exe',
  '\u200b',
  'ｓｒｃ/ａ.js',
  'ѕrс/a.js',
  '．．/etc',
  '../../etc/passwd',
  '/etc/passwd',
  'src/../../x',
  'C:\\windows',
  '..\\..\\x',
  '.ces/state.db',
  '.CES/policy.yaml',
  '.git/config',
  '__proto__',
  'constructor',
  'toString',
  '\r\n',
  '\u2028',
  '\u001b[2J',
  '%00',
  '$HOME',
  '$(id)',
  '-----END SSH SIGNATURE-----',
  '{a,b,{c,d}}'.repeat(20),
  '('.repeat(2000),
  '*'.repeat(300),
  '+(a|+(a|+(a)))',
  '[',
  '[[:alpha:]',
  '!x',
  'x'.repeat(5000),
  'é'.repeat(5000),
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 200 }),
  fc.string({ maxLength: 12, unit: fc.constantFrom('\ud800', '\udc00', 'a', '/', '.', '\0', '*') }),
);

export const hostileNumber: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(-1, 0, -0, 0.5, 121, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308, 5e-324),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Any JSON value: wrong types, deep nesting, huge lists, keys that JavaScript's own objects have. */
export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  { weight: 2, arbitrary: hostileNumber },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}) },
  { weight: 2, arbitrary: fc.jsonValue({ depthSize: 'small' }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 800 }).map(nest) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 100, max: 3000 }).map((length) => Array.from({ length }, (_, i) => `a${i}`)),
  },
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.constantFrom('__proto__', 'constructor', 'length', 'toJSON', 'id', ''), fc.jsonValue()),
  },
);

/** A value inside so many lists. */
export function nest(depth: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}
