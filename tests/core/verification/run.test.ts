import { expect, test } from 'vitest';
import type { CheckResult, CheckSpec } from '../../../src/core/verification/check.js';
import { isFresh, runVerdict, type VerificationRun } from '../../../src/core/verification/run.js';

const result = (change: Partial<CheckResult>): CheckResult => ({
  id: 'vitest',
  argv: ['vitest'],
  required: true,
  status: 'pass',
  exitCode: 0,
  durationMs: 1,
  tests: null,
  diagnostics: [],
  outputTail: '',
  reason: null,
  containment: 'none',
  toolVersion: null,
  environmentDigest: 'sha256:0',
  ...change,
});
const bad = { status: 'fail', reason: 'no' } as const;

test('runVerdict passes only where a required check is there and all of them pass', () => {
  expect(runVerdict([result({})])).toEqual({ verdict: 'pass', reason: null });
  expect(runVerdict([result({}), result({ ...bad, required: false })])).toEqual({ verdict: 'pass', reason: null });
  expect(runVerdict([result({ status: 'inconclusive', reason: 'late' }), result({ ...bad, id: 'tsc' })])).toEqual({
    verdict: 'fail',
    reason: 'tsc: no',
  });
  expect(runVerdict([result({ status: 'inconclusive', reason: 'late' })])).toEqual({
    verdict: 'inconclusive',
    reason: 'vitest: late',
  });
  expect(runVerdict([result({ required: false })])).toEqual({
    verdict: 'inconclusive',
    reason: 'nothing to judge by: no required check',
  });
  expect(runVerdict([]).verdict).toBe('inconclusive');
});

test('isFresh holds for a finished clean run of the same tree with every required check, unchanged', () => {
  const spec: CheckSpec = {
    id: 'vitest',
    argv: ['vitest'],
    cwd: '.',
    timeoutMs: 1,
    status: 'required',
    parser: 'vitest-json',
    env: [],
    byProducts: [],
    reason: '',
  };
  const run: VerificationRun = {
    id: 'V-1',
    manifestId: 'M-1',
    candidateTree: 'sha256:a',
    gitTree: 'b',
    where: 'clean',
    containment: 'none',
    level: 1,
    startedAt: 'x',
    finishedAt: 'y',
    verdict: 'pass',
    checks: [result({})],
  };
  const fresh = (change: Partial<VerificationRun>, specs = [spec]) => isFresh({ ...run, ...change }, 'sha256:a', specs);
  expect(fresh({})).toBe(true);
  expect(fresh({ candidateTree: 'sha256:b' })).toBe(false);
  expect(fresh({ where: 'working' })).toBe(false);
  expect(fresh({ where: 'restored' })).toBe(false);
  expect(fresh({ finishedAt: null })).toBe(false);
  expect(fresh({ checks: [] })).toBe(false);
  expect(fresh({ checks: [result({ required: false })] })).toBe(false);
  expect(fresh({}, [{ ...spec, argv: ['vitest', 'run'] }])).toBe(false);
  expect(fresh({}, [spec, { ...spec, id: 'tsc' }])).toBe(false);
});
