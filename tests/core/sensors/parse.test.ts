import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { reportParsers } from '../../../src/core/sensors/index.js';
import { judgeReport, type ParsedReport } from '../../../src/core/verification/belief.js';
import type { ReportParser } from '../../../src/core/verification/check.js';

/** Reports that the real tools wrote: jest 30, mocha 11, eslint 9. */
const recorded = (name: string) =>
  readFileSync(new URL(`../../fixtures/reports/${name}.json`, import.meta.url), 'utf8');

function parse(
  parser: ReportParser,
  report: string | null,
  output: { stdout?: string; exitCode?: number } = {},
): ParsedReport {
  const read = reportParsers[parser];
  if (read === null) throw new Error(`${parser} reads no report`);
  return read({ report, stdout: '', stderr: '', exitCode: 1, dir: '/copy', ...output });
}

describe('recorded reports', () => {
  test('of jest: counts, a file that does not compile, lines', () => {
    expect(parse('jest-json', recorded('jest'))).toEqual({
      tests: { total: 4, passed: 1, failed: 1, skipped: 2 },
      saysPassed: false,
      failedFiles: 1,
      diagnostics: [
        {
          path: 'j/a.test.js',
          line: 3,
          message: 'fails: Error: expect(received).toBe(expected) // Object.is equality',
        },
        { path: 'j/bad.test.js', line: 0, message: 'SyntaxError: /copy/j/bad.test.js: Missing semicolon. (1:4)' },
      ],
      problems: [],
    });
  });

  test('of mocha', () => {
    expect(parse('mocha-json', recorded('mocha'))).toEqual({
      tests: { total: 3, passed: 1, failed: 1, skipped: 1 },
      saysPassed: false,
      failedFiles: 0,
      diagnostics: [{ path: 'm/a.test.js', line: 4, message: 'sum fails: 1 == 2' }],
      problems: [],
    });
  });

  test('of eslint: errors only, parse errors among them', () => {
    expect(parse('eslint-json', recorded('eslint'))).toEqual({
      tests: null,
      saysPassed: false,
      failedFiles: 0,
      diagnostics: [
        { path: 'e/a.js', line: 1, message: "'unused' is assigned a value but never used. (no-unused-vars)" },
        { path: 'e/b.js', line: 1, message: "Parsing error: The keyword 'let' is reserved" },
      ],
      problems: [],
    });
  });
});

test('tsc’s lines become diagnostics; a failure without one is a problem', () => {
  const stdout =
    "src/a.ts(3,7): error TS2322: Type 'string' is not assignable.\n  more\nerror TS18003: No inputs were found.\n";
  expect(parse('tsc', null, { stdout }).diagnostics).toEqual([
    { path: 'src/a.ts', line: 3, message: "TS2322: Type 'string' is not assignable." },
    { path: '', line: 0, message: 'TS18003: No inputs were found.' },
  ]);
  expect(parse('tsc', null, { exitCode: 0 })).toMatchObject({ saysPassed: true, problems: [] });
  expect(parse('tsc', null, { exitCode: 2 }).problems).toEqual(['it failed without naming an error']);
});

describe('a report that can’t be used', () => {
  const edited = (edit: (json: string) => string) => edit(recorded('jest'));

  test.each([
    ['vitest-json', null, 'the report is missing'],
    ['jest-json', '', 'the report is not JSON'],
    ['jest-json', '{"success":true}', 'the report has an unknown form at numTotalTests'],
    [
      'jest-json',
      edited((json) => json.replace('"numFailedTests": 1', '"numFailedTests": 0')),
      'the report’s totals do not add up to its tests',
    ],
    ['mocha-json', '[]', 'the report has an unknown form at its top'],
    ['eslint-json', '[]', 'no file was linted'],
    ['junit', null, 'the report is missing'],
    ['junit', '<testsuites><testcase', 'the report is not well-formed XML'],
    ['junit', '<html></html>', 'the report is not JUnit XML'],
    [
      'junit',
      '<testsuites><testcase name="a.test.js" file="/copy/a.test.js"/></testsuites>',
      'a.test.js ended without having reported a test',
    ],
  ] as const)('%s: %#', (parser, report, problem) => {
    const parsed = parse(parser, report);
    expect(parsed.problems).toEqual([problem]);
    expect(judgeReport(parsed, 0).status).toBe('inconclusive');
  });

  test('does not expand entities without end', () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "${'&a;'.repeat(50)}"><!ENTITY c "${'&b;'.repeat(50)}"><!ENTITY d "${'&c;'.repeat(500)}">]><testsuites><testcase name="&d;"/></testsuites>`;
    const startedAt = performance.now();
    let size = 0;
    try {
      size = JSON.stringify(parse('junit', bomb)).length;
    } catch {
      // Refusing is as good.
    }
    expect(size).toBeLessThan(1_000_000);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

test('JUnit XML of nested suites is counted by its test cases', () => {
  const xml = `<testsuites><testsuite name="s" tests="99"><testsuite name="t"><testcase name="1"/><testcase name="2"><error message="boom"/></testcase></testsuite></testsuite><testcase name="3"><skipped/></testcase></testsuites>`;
  expect(parse('junit', xml)).toMatchObject({
    tests: { total: 3, passed: 1, failed: 1, skipped: 1 },
    saysPassed: false,
    diagnostics: [{ path: '', line: 0, message: '2: boom' }],
  });
});
