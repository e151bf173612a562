import { expect, test } from 'vitest';
import { findChangedPrograms, readScripts } from '../../../src/core/integrity/check-programs.js';

const change = (path: string, before: string | null = 'a') => ({ path, before, after: 'b' });

test('the program that a check names, or a script that it calls, is no part of the work', () => {
  const commands = [
    ['npm', 'test'],
    ...readScripts('{"scripts":{"test":"node ./test/run.js && sh scripts/check.sh"}}'),
  ];
  const found = findChangedPrograms([change('test/run.js'), change('scripts/check.sh'), change('src/a.js')], commands);
  expect(found.map(({ path, severity }) => [path, severity])).toEqual([
    ['test/run.js', 'high'],
    ['scripts/check.sh', 'high'],
  ]);
});

test('a program that is new, or that no check names, is', () => {
  expect(findChangedPrograms([change('test/run.js', null), change('run.js')], [['node', 'test/run.js']])).toEqual([]);
});

test.each([[null], ['not JSON'], ['[]'], ['{"scripts":3}']])('a package.json %j has no scripts', (text) => {
  expect(readScripts(text)).toEqual([]);
});

test('a file that a check is only given is what it checks', () => {
  const commands = [
    ['grep', '-q', 'x', 'src/a.js'],
    ['node', '--no-warnings', 'check.js', 'src/b.js'],
    ['sh', './run.sh'],
  ];
  const found = findChangedPrograms(
    ['src/a.js', 'src/b.js', 'check.js', 'run.sh'].map((path) => change(path)),
    commands,
  );
  expect(found.map(({ path }) => path)).toEqual(['check.js', 'run.sh']);
});
