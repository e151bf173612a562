import { describe, expect, test } from 'vitest';
import { dependencyChanges } from '../../../src/core/integrity/dependencies.js';
import { findTampering } from '../../../src/core/integrity/find-tampering.js';
import type { ChangedText } from '../../../src/core/integrity/rules.js';
import { isTestPath } from '../../../src/core/integrity/tests.js';

const find = (changes: readonly ChangedText[], hasLockfile = true) =>
  findTampering(changes, hasLockfile).map(({ path, severity }) => `${severity} ${path}`);
const edit = (path: string, before: string | null, after: string | null): ChangedText => ({ path, before, after });

const TEST = `it('adds', () => { expect(add(1, 2)).toBe(3); expect(add(0, 0)).toBe(0); });\nit('fails', () => { assert.throws(f); });\n`;

describe('findTampering', () => {
  test('finds a deleted test file, unless it was moved', () => {
    expect(find([edit('src/a.test.ts', TEST, null)])).toEqual(['high src/a.test.ts']);
    expect(find([edit('src/a.test.ts', TEST, null), edit('tests/a.test.ts', null, TEST)])).toEqual([]);
    expect(find([edit('src/a.ts', TEST, null)])).toEqual([]);
  });

  test.each([
    ['an assertion removed', TEST.replace('expect(add(0, 0)).toBe(0);', ''), ['medium a.test.ts']],
    ['an assertion commented out', TEST.replace('expect(add(0, 0))', '// expect(add(0, 0))'), ['medium a.test.ts']],
    ['a test skipped', TEST.replace("it('adds'", "it.skip('adds'"), ['medium a.test.ts', 'medium a.test.ts']],
    ['a test skipped by option', TEST.replace("'adds', ", "'adds', { skip: true }, "), ['medium a.test.ts']],
    [
      'a test left to do',
      TEST.replace("it('fails', () => { assert.throws(f); })", "it.todo('fails')"),
      ['medium a.test.ts', 'medium a.test.ts', 'medium a.test.ts'],
    ],
    ['one test singled out', `${TEST}it.only('x', () => { expect(1).toBe(1); });`, ['high a.test.ts']],
    ['a test added', `${TEST}it('x', () => { expect(1).toBe(1); });`, []],
    ['a comment about skipping', `// it.skip is not used here\n${TEST}`, []],
  ])('judges %s', (_what, after, expected) => {
    expect(find([edit('a.test.ts', TEST, after)])).toEqual(expected);
  });

  test('finds .only in a new test file, and nothing in an honest one', () => {
    expect(find([edit('a.spec.js', null, `it.only('x', () => {})`)])).toEqual(['high a.spec.js']);
    expect(find([edit('a.spec.js', null, TEST)])).toEqual([]);
  });

  test.each([
    'vitest.config.ts',
    'packages/a/jest.config.cjs',
    'tsconfig.json',
    'tsconfig.build.json',
    '.mocharc.yml',
    'eslint.config.js',
    '.npmrc',
  ])('finds a change of %s', (path) => expect(find([edit(path, 'a', 'b')])).toEqual([`high ${path}`]));

  test('finds other scripts in package.json, and leaves its other fields alone', () => {
    const text = (scripts: object, version = '1') => JSON.stringify({ version, scripts });
    expect(find([edit('package.json', text({ test: 'vitest run' }), text({ test: 'true' }))])).toEqual([
      'high package.json',
    ]);
    expect(find([edit('package.json', text({ test: 'x' }), text({ test: 'x' }, '2'))])).toEqual([]);
    expect(find([edit('package.json', text({ test: 'x' }), '{broken')])).toEqual(['high package.json']);
  });

  test('finds a manifest and a lockfile that changed without each other', () => {
    const manifest = edit('package.json', '{}', '{"dependencies":{"left-pad":"^1.0.0"}}');
    const lock = edit('package-lock.json', 'a', 'b');
    expect(find([manifest])).toEqual(['medium package.json']);
    expect(find([manifest], false)).toEqual([]);
    expect(find([lock])).toEqual(['medium package-lock.json']);
    expect(find([manifest, lock])).toEqual([]);
  });
});

test('isTestPath knows tests from code', () => {
  expect(
    ['a.test.ts', 'tests/a.js', 'src/__tests__/a.tsx', 'pkg/a_test.go', 'test_a.py', 'a.spec.mjs'].filter(
      (path) => !isTestPath(path),
    ),
  ).toEqual([]);
  expect(['a.ts', 'src/latest.ts', 'tests/data.json', 'contest.js', 'src/test.md'].filter(isTestPath)).toEqual([]);
});

test('dependencyChanges names what was added, removed and changed', () => {
  const before = JSON.stringify({ dependencies: { a: '1', b: '1' }, devDependencies: { c: '1' } });
  const after = JSON.stringify({ dependencies: { a: '2', d: '1' }, devDependencies: { c: '1' } });
  expect(dependencyChanges(before, after)).toEqual([
    { package: 'a', section: 'dependencies', kind: 'changed', from: '1', to: '2' },
    { package: 'b', section: 'dependencies', kind: 'removed', from: '1', to: null },
    { package: 'd', section: 'dependencies', kind: 'added', from: null, to: '1' },
  ]);
  expect(dependencyChanges(null, '{"dependencies":{"a":"1"}}')).toHaveLength(1);
  expect(dependencyChanges('{broken', '{}')).toEqual([]);
});
