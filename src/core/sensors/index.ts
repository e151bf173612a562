import type { ParseReport } from '../verification/belief.js';
import type { CheckSpec, ReportParser } from '../verification/check.js';
import { eslint } from './eslint.js';
import { exitCode } from './exit-code.js';
import { jest } from './jest.js';
import { parseJestJson } from './jest-json.js';
import { parseJunit } from './junit.js';
import { mocha } from './mocha.js';
import { nodeTest } from './node-test.js';
import { type ProjectFiles, readProject } from './project.js';
import type { Sensor } from './sensor.js';
import { tsc } from './tsc.js';
import { vitest } from './vitest.js';

const TEST_RUNNERS: readonly Sensor[] = [vitest, jest, mocha, nodeTest];
const OTHERS: readonly Sensor[] = [tsc, eslint];

/** How each kind of report is read; null where the exit code is all there is. */
export const reportParsers: Readonly<Record<ReportParser, ParseReport | null>> = {
  'exit-code': null,
  'vitest-json': parseJestJson,
  'jest-json': parseJestJson,
  junit: parseJunit,
  tsc: tsc.parse,
  'eslint-json': eslint.parse,
  'mocha-json': mocha.parse,
};

/** The checks that the base tree's own files name. A folder called `tests` names none. The `test` script stands in where no runner is known in it. */
export function detectChecks(files: ProjectFiles): readonly CheckSpec[] {
  const project = readProject(files);
  const detect = (sensors: readonly Sensor[]): readonly CheckSpec[] =>
    sensors.flatMap((sensor) => sensor.detect(project) ?? []);
  const runners = detect(TEST_RUNNERS);
  const isTestScriptKnown = runners.some((check) => project.scriptCalling(programOf(check))?.name === 'test');
  return [...runners, ...(isTestScriptKnown ? [] : detect([exitCode])), ...detect(OTHERS)];
}

function programOf(check: CheckSpec): string {
  return (check.argv[0] ?? '').replace('node_modules/.bin/', '');
}
