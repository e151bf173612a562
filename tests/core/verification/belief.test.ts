import { describe, expect, test } from 'vitest';
import { judgeEnding, judgeReport, type ParsedReport } from '../../../src/core/verification/belief.js';

const report = (change: Partial<ParsedReport>): ParsedReport => ({
  tests: { total: 2, passed: 2, failed: 0, skipped: 0 },
  saysPassed: true,
  failedFiles: 0,
  diagnostics: [],
  problems: [],
  ...change,
});
const failed = { tests: { total: 2, passed: 1, failed: 1, skipped: 0 }, saysPassed: false };
const counts = (total: number, skipped: number) => ({ total, passed: total - skipped, failed: 0, skipped });

describe('judgeReport', () => {
  test.each([
    ['both say pass', report({}), 0, 'pass', null],
    ['both say fail', report(failed), 1, 'fail', '1 of 2 tests failed'],
    [
      'only the report says pass',
      report({}),
      1,
      'inconclusive',
      'the report says that all is well, but the exit code was 1',
    ],
    [
      'only the exit code says pass',
      report(failed),
      0,
      'inconclusive',
      'the exit code was 0, but the report says: 1 of 2 tests failed',
    ],
    [
      'there is a problem',
      report({ problems: ['the report is missing'] }),
      0,
      'inconclusive',
      'the report is missing; the exit code was 0',
    ],
    [
      'the report gives no verdict',
      report({ saysPassed: null }),
      0,
      'inconclusive',
      'the report gives no verdict; the exit code was 0',
    ],
    ['nothing was collected', report({ tests: counts(0, 0) }), 0, 'fail', 'no tests were collected'],
    [
      'nothing could be loaded',
      report({ tests: counts(0, 0), saysPassed: false, failedFiles: 1 }),
      1,
      'fail',
      'no tests were collected: 1 test file could not be loaded',
    ],
    ['all were skipped', report({ tests: counts(3, 3) }), 0, 'fail', 'every test was skipped'],
    ['some were skipped', report({ tests: counts(3, 2) }), 0, 'pass', null],
    ['a tool without tests passes', report({ tests: null }), 0, 'pass', null],
    ['there is only an exit code of 0', null, 0, 'pass', null],
    ['there is only an exit code of 2', null, 2, 'fail', 'it exited with code 2'],
  ] as const)('where %s', (_when, parsed, exitCode, status, reason) => {
    expect(judgeReport(parsed, exitCode)).toEqual({ status, reason });
  });
});

test('judgeEnding decides for cancelled, late and killed, and leaves the rest to the report', () => {
  const ending = { exitCode: null, signal: 'SIGSEGV', timedOut: false, aborted: false, timeoutMs: 2000 };
  expect(judgeEnding({ ...ending, aborted: true })?.status).toBe('inconclusive');
  expect(judgeEnding({ ...ending, timedOut: true })).toEqual({
    status: 'fail',
    reason: 'it did not end within 2 s and was killed',
  });
  expect(judgeEnding(ending)).toEqual({ status: 'inconclusive', reason: 'it was killed by SIGSEGV' });
  expect(judgeEnding({ ...ending, exitCode: 0, signal: null })).toBeNull();
});
