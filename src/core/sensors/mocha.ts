import { z } from 'zod';
import type { ParsedReport, ParseInput } from '../verification/belief.js';
import { firstLine, lineInStack, MAX_DIAGNOSTICS, readJsonReport, relativePath, unusable } from './report-text.js';
import { withoutOptions } from './script-args.js';
import { describeCheck, type Sensor } from './sensor.js';

const count = z.number().int().nonnegative();

const reportSchema = z.object({
  stats: z.object({ tests: count, passes: count, pending: count, failures: count }),
  failures: z.array(
    z.object({
      fullTitle: z.string(),
      file: z.string().nullish(),
      err: z.object({ message: z.string().optional(), stack: z.string().optional() }),
    }),
  ),
  passes: z.array(z.unknown()),
  pending: z.array(z.unknown()),
});

export const mocha: Sensor = {
  id: 'mocha',
  detect(project) {
    if (!project.declares('mocha')) return null;
    const script = project.scriptCalling('mocha');
    const configured = project.hasRootFile(/^\.mocharc\.(c?js|ya?ml|jsonc?)$/);
    const given = withoutOptions(
      script?.args ?? [],
      ['--watch', '-w'],
      ['--reporter', '-R', '--reporter-option', '--reporter-options', '-O'],
    );
    return describeCheck({
      id: 'mocha',
      argv: ['node_modules/.bin/mocha', ...given, '--reporter', 'json', '--reporter-option', 'output={report}'],
      parser: 'mocha-json',
      status: script !== null || configured ? 'required' : 'optional',
      reason: script === null ? 'mocha is a dependency' : `package.json: scripts.${script.name} calls mocha`,
    });
  },
  parse: parseMochaJson,
};

function parseMochaJson(input: ParseInput): ParsedReport {
  const read = readJsonReport(input.report, reportSchema);
  if ('problem' in read) return unusable(read.problem);
  const { stats, failures, passes, pending } = read.data;
  const agrees =
    stats.passes === passes.length && stats.failures === failures.length && stats.pending === pending.length;
  return {
    // A failing hook is a failure without being a test, so `stats.tests` may be too small.
    tests: {
      total: passes.length + failures.length + pending.length,
      passed: passes.length,
      failed: failures.length,
      skipped: pending.length,
    },
    saysPassed: failures.length === 0,
    failedFiles: 0,
    diagnostics: failures.slice(0, MAX_DIAGNOSTICS).map((failure) => {
      const path = relativePath(failure.file ?? '', input.dir);
      return {
        path,
        line: lineInStack(failure.err.stack ?? '', path),
        message: `${failure.fullTitle}: ${firstLine(failure.err.message ?? '')}`,
      };
    }),
    problems: agrees ? [] : ['the report’s totals do not add up to its tests'],
  };
}
