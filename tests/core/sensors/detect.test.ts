import { describe, expect, test } from 'vitest';
import { detectChecks } from '../../../src/core/sensors/index.js';

const detect = (
  manifest: object | string | null,
  names: readonly string[] = [],
  texts: Readonly<Record<string, string>> = {},
) => {
  const all = {
    ...(manifest === null
      ? {}
      : { 'package.json': typeof manifest === 'string' ? manifest : JSON.stringify(manifest) }),
    ...texts,
  };
  return detectChecks({ names: [...names, ...Object.keys(all)], texts: new Map(Object.entries(all)) });
};
const lines = (...input: Parameters<typeof detect>) =>
  detect(...input).map(({ id, status, argv }) => `${id} ${status}: ${argv.join(' ')}`);

describe('detectChecks', () => {
  test('finds nothing in a bare tests folder, a broken package.json or npm’s placeholder', () => {
    expect(lines(null, ['tests/a.test.js', 'test/b.js'])).toEqual([]);
    expect(lines('{broken', ['tests/a.test.js'])).toEqual([]);
    expect(lines({ scripts: { test: 'echo "Error: no test specified" && exit 1' } })).toEqual([]);
  });

  test('takes vitest from script and dependency, with the script’s own options and CES’s report', () => {
    const manifest = {
      scripts: { test: 'vitest --config unit.config.ts --reporter verbose' },
      devDependencies: { vitest: '5' },
    };
    expect(lines(manifest)).toEqual([
      'vitest required: node_modules/.bin/vitest run --config unit.config.ts --reporter=json --outputFile={report}',
    ]);
    expect(detect(manifest)[0]?.reason).toBe('package.json: scripts.test calls vitest');
  });

  test('takes a runner that is only a dependency as optional', () => {
    expect(lines({ devDependencies: { vitest: '5' } })).toEqual([
      'vitest optional: node_modules/.bin/vitest run --reporter=json --outputFile={report}',
    ]);
  });

  test('finds the runner behind a build step, npx and variables', () => {
    const argv = 'jest required: node_modules/.bin/jest --runInBand --ci --json --outputFile={report}';
    for (const test of [
      'npm run build && npx jest --runInBand',
      'NODE_ENV=test jest --runInBand --watchAll',
      'cross-env A=1 ./node_modules/.bin/jest --runInBand',
    ]) {
      expect(lines({ scripts: { test }, devDependencies: { jest: '30' } })).toEqual([argv]);
    }
  });

  test('finds mocha and its globs, node --test and its files', () => {
    expect(lines({ scripts: { test: "mocha 'test/**/*.js' -R spec" }, devDependencies: { mocha: '11' } })).toEqual([
      'mocha required: node_modules/.bin/mocha test/**/*.js --reporter json --reporter-option output={report}',
    ]);
    expect(lines({ scripts: { test: 'node --import tsx --test src/*.test.ts' } })).toEqual([
      'node-test required: node --import tsx --test --test-reporter=junit --test-reporter-destination={report} src/*.test.ts',
    ]);
  });

  test('leaves out arguments that need a shell', () => {
    expect(lines({ scripts: { test: 'vitest run $FILES | tee log' }, devDependencies: { vitest: '5' } })).toEqual([
      'vitest required: node_modules/.bin/vitest run --reporter=json --outputFile={report}',
    ]);
  });

  test.each([
    ['package-lock.json', 'npm --silent test'],
    ['pnpm-lock.yaml', 'pnpm run test'],
    ['yarn.lock', 'yarn run test'],
    ['bun.lock', 'bun run test'],
    ['README.md', 'npm --silent test'],
  ])('runs a test script of unknown kind by the package manager of %s', (lockfile, command) => {
    expect(lines({ scripts: { test: 'node scripts/test.mjs' } }, [lockfile])).toEqual([`test required: ${command}`]);
    expect(detect({ scripts: { test: 'make' } })[0]).toMatchObject({ parser: 'exit-code' });
  });

  test('requires tsc and eslint where a script calls them, else offers them', () => {
    const devDependencies = { typescript: '7', eslint: '9' };
    expect(
      lines({ devDependencies, scripts: { lint: 'eslint src --fix', types: 'tsc -p tsconfig.build.json --noEmit' } }),
    ).toEqual([
      'tsc required: node_modules/.bin/tsc -p tsconfig.build.json --noEmit --pretty false',
      'eslint required: node_modules/.bin/eslint src --format json --output-file {report}',
    ]);
    expect(lines({ devDependencies }, ['eslint.config.js'], { 'tsconfig.json': '{"references":[]}' })).toEqual([
      'tsc optional: node_modules/.bin/tsc -b --noEmit --pretty false',
      'eslint optional: node_modules/.bin/eslint . --format json --output-file {report}',
    ]);
    expect(lines({ devDependencies })).toEqual([]);
  });

  test('knows vitest only where the project declares it', () => {
    expect(lines({ scripts: { test: 'vitest run' } })).toEqual(['test required: npm --silent test']);
  });
});
