import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Sandbox } from '../../../src/core/ports.js';
import { createCheckRunner } from '../../../src/core/process/check-runner.js';
import { runProcess } from '../../../src/core/process/run.js';
import { reportParsers } from '../../../src/core/sensors/index.js';
import type { CheckResult, CheckSpec } from '../../../src/core/verification/check.js';

/** Folders of one test file; `dispose` removes them all. */
export function createFolders() {
  const made: string[] = [];
  const create = (files: Readonly<Record<string, string>> = {}): string => {
    const dir = realpathSync(mkdtempSync(join(tmpdir(), 'ces-test-')));
    made.push(dir);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
    return dir;
  };
  const dispose = (): void => {
    for (const dir of made) rmSync(dir, { recursive: true, force: true });
  };
  return { create, dispose };
}

export const NODE_TEST = ['node', '--test', '--test-reporter=junit', '--test-reporter-destination={report}'];

export function describeCheck(check: Partial<CheckSpec>): CheckSpec {
  return {
    id: 'node-test',
    argv: NODE_TEST,
    cwd: '.',
    timeoutMs: 30_000,
    status: 'required',
    parser: 'junit',
    env: [],
    byProducts: [],
    reason: 'the test names it',
    ...check,
  };
}

export function runCheck(
  sandbox: Sandbox,
  dir: string,
  root: string,
  check: Partial<CheckSpec> = {},
): Promise<CheckResult> {
  const runner = createCheckRunner({ runProcess, sandbox, parsers: reportParsers });
  return runner.run(describeCheck(check), { dir, root, signal: new AbortController().signal });
}
