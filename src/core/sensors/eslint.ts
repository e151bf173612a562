import { z } from 'zod';
import type { ParsedReport, ParseInput } from '../verification/belief.js';
import { firstLine, MAX_DIAGNOSTICS, readJsonReport, relativePath, unusable } from './report-text.js';
import { withoutOptions } from './script-args.js';
import { describeCheck, type Sensor } from './sensor.js';

const reportSchema = z.array(
  z.object({
    filePath: z.string(),
    errorCount: z.number().int().nonnegative(),
    messages: z.array(
      z.object({
        severity: z.number(),
        message: z.string(),
        line: z.number().optional(),
        ruleId: z.string().nullish(),
      }),
    ),
  }),
);

export const eslint: Sensor = {
  id: 'eslint',
  detect(project) {
    if (!project.declares('eslint')) return null;
    const script = project.scriptCalling('eslint');
    if (script === null && !project.hasRootFile(/^(eslint\.config\.[cm]?[jt]s|\.eslintrc(\.\w+)?)$/)) return null;
    const given = withoutOptions(
      script?.args ?? ['.'],
      ['--fix', '--cache', '--quiet', '--color'],
      ['-f', '--format', '-o', '--output-file'],
    );
    return describeCheck({
      id: 'eslint',
      argv: [
        'node_modules/.bin/eslint',
        ...(given.length === 0 ? ['.'] : given),
        '--format',
        'json',
        '--output-file',
        '{report}',
      ],
      parser: 'eslint-json',
      status: script === null ? 'optional' : 'required',
      reason: script === null ? 'an ESLint configuration' : `package.json: scripts.${script.name} calls eslint`,
      byProducts: ['.eslintcache'],
    });
  },
  parse: parseEslintJson,
};

function parseEslintJson(input: ParseInput): ParsedReport {
  const read = readJsonReport(input.report, reportSchema);
  if ('problem' in read) return unusable(read.problem);
  const files = read.data;
  const errors = files.flatMap((file) =>
    file.messages
      .filter((message) => message.severity === 2)
      .map((message) => ({
        path: relativePath(file.filePath, input.dir),
        line: message.line ?? 0,
        message: firstLine(message.ruleId == null ? message.message : `${message.message} (${message.ruleId})`),
      })),
  );
  const agrees = files.reduce((sum, file) => sum + file.errorCount, 0) === errors.length;
  const problem = files.length === 0 ? 'no file was linted' : agrees ? null : 'the report’s totals do not add up';
  return {
    tests: null,
    saysPassed: errors.length === 0,
    failedFiles: 0,
    diagnostics: errors.slice(0, MAX_DIAGNOSTICS),
    problems: problem === null ? [] : [problem],
  };
}
