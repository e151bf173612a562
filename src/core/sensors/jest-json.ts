import { z } from 'zod';
import type { ParsedReport, ParseInput } from '../verification/belief.js';
import type { Diagnostic } from '../verification/check.js';
import { firstLine, lineInStack, MAX_DIAGNOSTICS, readJsonReport, relativePath, unusable } from './report-text.js';

const reportSchema = z.object({
  success: z.boolean(),
  numTotalTests: z.number().int().nonnegative(),
  numPassedTests: z.number().int().nonnegative(),
  numFailedTests: z.number().int().nonnegative(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({ status: z.string(), fullName: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});

type FileResult = z.infer<typeof reportSchema>['testResults'][number];

/** Reads the JSON of jest, which vitest writes too. Counts are counted again from the single tests and must agree. */
export function parseJestJson(input: ParseInput): ParsedReport {
  const read = readJsonReport(input.report, reportSchema);
  if ('problem' in read) return unusable(read.problem);
  const { data } = read;
  const statuses = data.testResults.flatMap((file) => file.assertionResults.map((test) => test.status));
  const passed = statuses.filter((status) => status === 'passed').length;
  const failed = statuses.filter((status) => status === 'failed').length;
  const failedFiles = data.testResults.filter(isBrokenFile).length;
  const agrees =
    data.numTotalTests === statuses.length && data.numPassedTests === passed && data.numFailedTests === failed;
  return {
    tests: { total: statuses.length, passed, failed, skipped: statuses.length - passed - failed },
    saysPassed: data.success && failed === 0 && failedFiles === 0,
    failedFiles,
    diagnostics: data.testResults.flatMap((file) => describeFile(file, input.dir)).slice(0, MAX_DIAGNOSTICS),
    problems: agrees ? [] : ['the report’s totals do not add up to its tests'],
  };
}

function isBrokenFile(file: FileResult): boolean {
  return file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed');
}

function describeFile(file: FileResult, dir: string): readonly Diagnostic[] {
  const path = relativePath(file.name, dir);
  if (isBrokenFile(file)) {
    const message = file.message ?? '';
    return [{ path, line: lineInStack(message, path), message: firstLine(message) || 'could not be loaded' }];
  }
  return file.assertionResults
    .filter((test) => test.status === 'failed')
    .map((test) => {
      const stack = test.failureMessages?.join('\n') ?? '';
      return { path, line: lineInStack(stack, path), message: `${test.fullName}: ${firstLine(stack)}` };
    });
}
