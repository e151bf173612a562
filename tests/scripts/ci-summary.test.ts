import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../scripts/ci-summary.mjs', import.meta.url));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ces-summary-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function report(name: string, numPassedTests: number, numFailedTests: number): void {
  writeFileSync(join(folder, name), JSON.stringify({ numPassedTests, numFailedTests }));
}

function summarize(...steps: string[]) {
  const { status, stdout } = spawnSync(process.execPath, [SCRIPT, folder, ...steps], { encoding: 'utf8' });
  return { status, lastLine: stdout.trim().split('\n').at(-1) };
}

test('the reports of all runs are added up', () => {
  report('vitest.json', 40, 0);
  report('stages.json', 4, 0);
  expect(summarize('npm-test=0')).toEqual({ status: 0, lastLine: '44 passed, 0 failed' });
});

test('a failed test fails CI, even where every step ended with 0', () => {
  report('vitest.json', 40, 2);
  expect(summarize('npm-test=0')).toEqual({ status: 1, lastLine: '40 passed, 2 failed' });
});

test('a failed step without a failed test counts as one', () => {
  report('vitest.json', 40, 0);
  expect(summarize('npm-test=0', 'long.sh=137')).toEqual({ status: 1, lastLine: '40 passed, 1 failed' });
});

test('no test at all is a failure', () => {
  expect(summarize()).toEqual({ status: 1, lastLine: '0 passed, 0 failed' });
  expect(summarize('npm-test=0').status).toBe(1);
});
