import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { measureBreadth } from '../../../src/core/manifest/breadth.js';
import { proposeScope } from '../../../src/core/manifest/propose.js';
import {
  CI_PATHS,
  decidePath,
  GOVERNANCE_PATHS,
  parseGlobs,
  refuseProtected,
} from '../../../src/core/manifest/scope.js';

const scope = {
  allow: ['src/**', 'test/*.test.js', '.github/workflows/release.yml', 'docs/'],
  deny: ['src/secret/**', '**/*.lock'],
  protected: [...GOVERNANCE_PATHS, ...CI_PATHS],
};

describe('a path', () => {
  test.each([
    ['src/a.js', 'allow'],
    ['src/deep/er/a.js', 'allow'],
    ['test/a.test.js', 'allow'],
    ['.github/workflows/release.yml', 'allow'],
    ['test/deep/a.test.js', 'outside'],
    ['src', 'outside'],
    ['src/.env', 'outside'],
    ['srcx/a.js', 'outside'],
    ['src/secret/a.js', 'denied'],
    ['src/secret/.hidden', 'denied'],
    ['src/x.lock', 'denied'],
    ['.ces/policy.yaml', 'protected'],
    ['.CES/policy.yaml', 'protected'],
    ['.git/hooks/pre-commit', 'protected'],
    ['.Git/config', 'protected'],
    ['.claude/settings.local.json', 'protected'],
    ['.mcp.json', 'protected'],
    ['.github/workflows/other.yml', 'protected'],
    ['../x', 'escapes'],
    ['src/../../x', 'escapes'],
    ['/etc/x', 'escapes'],
    ['C:\\x', 'escapes'],
  ])('%s is %s', (path, expected) => {
    const decided = decidePath(scope, path);
    expect(decided.decision === 'allow' ? 'allow' : decided.why).toBe(expected);
  });

  test('that is denied or protected is never allowed by a wider allowance', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('**', 'src/**', '*', '**/*', '.ces/**', 'src/secret/**'), { maxLength: 4 }),
        (extra) => {
          const wide = { ...scope, allow: [...scope.allow, ...extra] };
          for (const path of ['.ces/state.db', 'src/secret/x', '.claude/settings.json'])
            expect(decidePath(wide, path).decision).toBe('deny');
        },
      ),
    );
  });
});

test.each(['', ' ', '/etc/**', '../x', 'a/../../b', '!src/**', 'a\0b', 'C:/x'])('the glob %j is refused', (glob) => {
  expect(() => parseGlobs([glob], 'scope')).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});

test.each([
  ['src/a\nScope: nothing', 'src/a\\u{A}Scope: nothing'],
  ['src/\u202E**', 'src/\\u{202E}**'],
  ['src/\u001B[2K', 'src/\\u{1B}[2K'],
  ['src/a\u200Bb', 'src/a\\u{200B}b'],
])('the glob %j is refused by name', (glob, shown) => {
  expect(() => parseGlobs([glob], 'scope')).toThrow(
    expect.objectContaining({ code: 'invalid_input', message: expect.stringContaining(`"${shown}"`) }),
  );
});

describe('a scope', () => {
  const guards = [...GOVERNANCE_PATHS, ...CI_PATHS, 'keys/**', 'docs/*', 'lib/~'];

  test.each([
    '.ces/**',
    '.CES/**',
    '.ces/*.json',
    '.git/**',
    '.git/hooks/pre-commit',
    '.git',
    '.claude/hooks/**',
    '.claude/settings.json',
    '.codex/**',
    '.mcp.json',
    '.github/workflows/**',
    'keys/*.txt',
  ])('with %s, which matches only protected paths, is refused', (glob) => {
    expect(() => refuseProtected(['src/**', glob], guards, 'scope')).toThrow(
      expect.objectContaining({ code: 'invalid_input', message: expect.stringContaining(`"${glob}"`) }),
    );
  });

  test.each([
    '**',
    'src/**',
    '.claude/commands/**',
    '.github/**',
    '.github/workflows/ci.yml',
    '.gitignore',
    '.*',
    'docs/**',
    'lib/*',
  ])('with %s may be asked for', (glob) => {
    expect(() => refuseProtected([glob], guards, 'scope')).not.toThrow();
  });
});

test('a folder means everything below it', () => {
  expect(parseGlobs(['./docs/'], 'scope')).toEqual(['docs/**']);
});

describe('breadth is measured in files and in what is sensitive', () => {
  const files = Array.from({ length: 100 }, (_, index) => `src/${index % 10}/file-${index}.ts`);

  test('a few files are narrow', () => {
    expect(measureBreadth(['src/3/**'], files, 60)).toMatchObject({ matched: 10, broad: false });
  });

  test.each([['**'], ['src/**'], ['{src,test}/**'], ['s*/**']])('%s is broad', (glob) => {
    expect(measureBreadth([glob], files, 60).broad).toBe(true);
  });

  test('many narrow globs that cover everything are broad', () => {
    const globs = Array.from({ length: 10 }, (_, index) => `src/${index}/**`);
    expect(measureBreadth(globs, files, 60).broad).toBe(true);
  });

  test.each([
    ['src/auth/**', ['src/auth/login.ts'], 'authentication'],
    ['.github/workflows/ci.yml', ['.github/workflows/ci.yml'], 'continuous integration'],
    ['migrations/**', ['a.ts'], 'database migrations'],
    ['.env', ['a.ts'], 'environment and secrets'],
    ['.npmrc', ['a.ts'], 'installed packages and where they come from'],
    ['node_modules/**', ['a.ts'], 'installed packages and where they come from'],
    ['packages/a/**', ['packages/a/node_modules/b/index.js'], 'installed packages and where they come from'],
    ['packages/new/.npmrc', ['a.ts'], 'installed packages and where they come from'],
    ['.GitHub/workflows/new.yml', ['a.ts'], 'continuous integration'],
    ['docs/CLAUDE.md', ['a.ts'], 'what agents are told'],
    ['.husky/**', ['a.ts'], 'what tools run by themselves'],
    ['.vscode/tasks.json', ['a.ts'], 'what tools run by themselves'],
    ['.envrc', ['a.ts'], 'what tools run by themselves'],
    ['CLAUDE.md', ['a.ts'], 'what agents are told'],
    ['docs/**', ['docs/agents.md'], 'what agents are told'],
    ['.claude/commands/**', ['a.ts'], 'what agents are told'],
    ['.claude/skills/**', ['a.ts'], 'what agents are told'],
    ['{.ces,.codex}/**', ['a.ts'], 'what governs the agent'],
    ['.[g]it/**', ['a.ts'], 'what governs the agent'],
  ])('%s reaches something sensitive', (glob, present, name) => {
    expect(measureBreadth([glob], present, 60)).toMatchObject({ broad: true, sensitive: [name] });
  });
});

test('a scope is proposed from the files that the request names, and their tests', () => {
  const files = ['src/health.ts', 'src/other.ts', 'test/health.test.ts', 'docs/a.md'];
  expect(proposeScope('Fix `src/health.ts`, please.', files)).toEqual(['src/health.ts', 'test/health.test.ts']);
  expect(proposeScope('Tidy docs/ up', files)).toEqual(['docs/**']);
  expect(proposeScope('Make it better', files)).toEqual([]);
});
