import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { parseAllowedSigners } from '../../src/core/approval/allowed-signers.js';
import { parseRevokedKeys } from '../../src/core/approval/revoked-keys.js';
import { KEY_TYPES } from '../../src/core/approval/ssh-wire.js';
import { parsePolicy, renderPolicy } from '../../src/core/config.js';
import { dependencyChanges } from '../../src/core/integrity/dependencies.js';
import { findTampering } from '../../src/core/integrity/find-tampering.js';
import { resolvePolicy } from '../../src/core/policy/policy.js';
import { detectChecks, reportParsers } from '../../src/core/sensors/index.js';
import { judgeReport } from '../../src/core/verification/belief.js';
import type { ReportParser } from '../../src/core/verification/check.js';
import { checksFromProfile, parseProfile } from '../../src/core/verification/profile.js';
import { createSecurityKey, signerLine } from '../support/keys.js';
import type { ParserCase } from './fuzz-parser.js';
import { mutate } from './mutate.js';

const PROJECT = 'proj-0123456789abcdef01234567';
const recorded = (name: string) => readFileSync(new URL(`../fixtures/reports/${name}.json`, import.meta.url), 'utf8');

const PROFILE = JSON.stringify({
  version: 1,
  checks: {
    unit: { status: 'required', argv: ['npx', 'vitest', 'run'], parser: 'vitest-json', cwd: '.', timeout_seconds: 60 },
    lint: { status: 'optional', configured: true, reason: 'slow', env: ['CI'], by_products: ['out/**'] },
  },
});

const PACKAGE = JSON.stringify({
  name: 'x',
  version: '1.0.0',
  scripts: {
    test: 'vitest run --coverage && eslint .',
    build: 'tsc -p .',
    unit: 'NODE_ENV=x jest "a b" --ci',
    old: 'mocha -r ts test/*.js',
  },
  dependencies: { a: '^1.0.0', b: 'file:../b' },
  devDependencies: { vitest: '5.0.0', jest: '30', mocha: '11', eslint: '9', typescript: '6' },
  overrides: { a: { b: '2' } },
});

const LOCKFILE = JSON.stringify({
  name: 'x',
  lockfileVersion: 3,
  packages: { '': { dependencies: { a: '^1.0.0' } }, 'node_modules/a': { version: '1.0.0', integrity: 'sha512-x' } },
});

const JUNIT = `<?xml version="1.0" encoding="utf-8"?>
<testsuites name="all" tests="3" failures="1"><testsuite name="one" file="/copy/a.test.js">
<testcase name="adds" classname="test" time="0.1" file="/copy/a.test.js"/>
<testcase name="fails" file="/copy/a.test.js"><failure type="x" message="no &amp; no"><![CDATA[Error: no
    at /copy/a.test.js:3:4]]></failure></testcase>
<testsuite name="inner"><testcase name="skipped"><skipped/></testcase></testsuite>
</testsuite></testsuites>
`;

const TSC = `src/a.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.\nsrc/b.ts(1,1): error TS1005: ';' expected.\nFound 2 errors.\n`;

const TEST_FILE = `import { test } from 'vitest';\ndescribe('a', () => {\n  test('adds', () => { expect(1 + 1).toBe(2); });\n  it.skip('waits', () => {});\n});\n`;

const SIGNERS = ['ada@example.com', 'bob']
  .map((name) => signerLine(name, createSecurityKey().publicKey, ',valid-before="20991231Z"'))
  .join('# a comment\n');

const report = (parser: ReportParser, samples: readonly string[], words: readonly string[]): ParserCase => ({
  name: `reports (${parser})`,
  inputs: mutate(samples, words),
  read: ({ text }) => {
    const parse = reportParsers[parser];
    for (const exitCode of [0, 1]) {
      const parsed = parse?.({ report: text, stdout: text, stderr: '', exitCode, dir: '/copy' }) ?? null;
      // Whatever a report says, a check that failed did not pass; and nothing passes with a failed test in it.
      const belief = judgeReport(parsed, exitCode);
      if (exitCode === 1 || (parsed?.tests?.failed ?? 0) > 0) expect(belief.status).not.toBe('pass');
      expect(parsed?.diagnostics.length ?? 0).toBeLessThanOrEqual(50);
    }
  },
});

/** Readers that need nothing but the text. */
export const TEXT_PARSERS: readonly ParserCase[] = [
  {
    name: 'policy.yaml',
    inputs: mutate(
      [
        renderPolicy(PROJECT),
        `version: 1\nproject_id: ${PROJECT}\nnarrow_scope: { max_files: 3 }\nprotected_paths: [a, "b/**"]\n`,
      ],
      [
        'authorize:',
        '&a',
        '*a',
        '<<: *a',
        '!!binary',
        '!!js/function',
        '---\n',
        '|\n',
        '  - ',
        'max_retries: 99',
        '? ',
        '%YAML 9\n',
      ],
    ),
    read: ({ text }) => {
      const policy = resolvePolicy(parsePolicy(text));
      expect(policy.maxRetries).toBeLessThanOrEqual(20);
      expect(policy.maxFiles).toBeGreaterThan(0);
    },
  },
  {
    name: 'verification-profile.json',
    inputs: mutate([PROFILE], ['argv', 'required', 'timeout_seconds', '"cwd":"../.."']),
    read: ({ text }) => {
      for (const check of checksFromProfile(parseProfile(text), [])) {
        expect(check.argv.join('')).not.toContain('\0');
        expect(`/${check.cwd}/`).not.toContain('/../');
        expect(check.timeoutMs).toBeGreaterThan(0);
      }
    },
  },
  {
    name: 'allowed_signers',
    inputs: mutate(
      [SIGNERS],
      ['cert-authority', 'namespaces="*"', 'namespaces="git"', '*', '!bob', 'valid-after="1"', 'ssh-rsa', '\t', '\r'],
    ),
    read: ({ text }) => {
      const parsed = parseAllowedSigners(text);
      if (!parsed.ok) return expect(parsed.reason).not.toBe('');
      for (const signer of parsed.signers) {
        expect(signer.principal).toMatch(/^[\w.@+-]+$/);
        expect(KEY_TYPES).toContain(signer.keyType);
        expect(text.split('\n')[signer.line - 1]).toContain('namespaces="ces-approval"');
        expect(text.split('\n')[signer.line - 1]).not.toMatch(/^\s*\S+\s+[^"]*cert-authority/);
      }
    },
  },
  {
    name: 'revoked keys',
    inputs: mutate([createSecurityKey().publicKey, '# none\n'], ['ssh-ed25519']),
    read: ({ text }) => parseRevokedKeys(text),
  },
  report(
    'junit',
    [JUNIT],
    ['<!DOCTYPE a [<!ENTITY b "b">]>', '&b;', '<testcase name="x">', '<failure/>', '<testsuite>', '&#x0;', '<![CDATA['],
  ),
  report('jest-json', [recorded('jest')], ['numFailedTests', 'testResults', 'assertionResults']),
  report('vitest-json', [recorded('jest')], ['numTotalTests', 'success']),
  report('mocha-json', [recorded('mocha')], ['stats', 'failures', 'passes']),
  report('eslint-json', [recorded('eslint')], ['messages', 'errorCount', 'severity']),
  report('tsc', [TSC], ['error TS1: ', '(1,1)', 'src/a.ts']),
  {
    name: 'package.json and its scripts',
    inputs: mutate([PACKAGE, '{}'], ['vitest', '&&', '||', ';', '"test":', '$(jest)', "'", '\\"', 'npx ', '-- ']),
    read: ({ text }) => {
      const names = ['package.json', 'package-lock.json', 'tsconfig.json', 'eslint.config.js', 'a.test.js'];
      for (const check of detectChecks({ names, texts: new Map([['package.json', text]]) }))
        expect(check.argv.length).toBeGreaterThan(0);
      dependencyChanges(PACKAGE, text);
      dependencyChanges(text, null);
    },
  },
  {
    name: 'lockfiles, manifests and tests that changed',
    inputs: mutate(
      [PACKAGE, LOCKFILE, TEST_FILE],
      ['.skip', '.only', 'expect(', 'describe(', '@ts-ignore', '/* istanbul ignore */'],
    ),
    read: ({ from, text }) => {
      const before = from ?? '';
      const paths = [
        'package.json',
        'package-lock.json',
        'tests/a.test.ts',
        'vitest.config.ts',
        'jest.config.json',
        '.eslintrc.json',
      ];
      findTampering(
        paths.map((path) => ({ path, before, after: text })),
        true,
      );
      findTampering(
        paths.map((path) => ({ path, before: text, after: null })),
        false,
      );
    },
  },
];
