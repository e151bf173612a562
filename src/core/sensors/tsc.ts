import type { ParsedReport, ParseInput } from '../verification/belief.js';
import { firstLine, MAX_DIAGNOSTICS } from './report-text.js';
import { withoutOptions } from './script-args.js';
import { describeCheck, type Sensor } from './sensor.js';

export const tsc: Sensor = {
  id: 'tsc',
  detect(project) {
    const config = project.texts.get('tsconfig.json');
    const script = project.scriptCalling('tsc');
    if (!project.declares('typescript') || (config === undefined && script === null)) return null;
    const given = withoutOptions(script?.args ?? [], ['--watch', '-w', '--noEmit'], ['--pretty']);
    // A solution file compiles nothing by itself; its references do.
    const builds = script === null && config !== undefined && /"references"\s*:/.test(config);
    return describeCheck({
      id: 'tsc',
      argv: ['node_modules/.bin/tsc', ...(builds ? ['-b'] : []), ...given, '--noEmit', '--pretty', 'false'],
      parser: 'tsc',
      status: script === null ? 'optional' : 'required',
      reason:
        script === null
          ? 'tsconfig.json, and typescript is a dependency'
          : `package.json: scripts.${script.name} calls tsc`,
      byProducts: ['**/*.tsbuildinfo'],
    });
  },
  parse: parseTsc,
};

/** tsc has no report file: what it prints is read, by its fixed `path(line,column): error TSnnnn: message` form. */
function parseTsc(input: ParseInput): ParsedReport {
  const errors = input.stdout.split('\n').flatMap((line) => {
    const match = /^(?:(.+)\((\d+),\d+\): )?error (TS\d+: .*)$/.exec(line.trimEnd());
    return match === null
      ? []
      : [{ path: match[1] ?? '', line: Number(match[2] ?? 0), message: firstLine(match[3] ?? '') }];
  });
  const silent = errors.length === 0 && input.exitCode !== 0;
  return {
    tests: null,
    saysPassed: errors.length === 0,
    failedFiles: 0,
    diagnostics: errors.slice(0, MAX_DIAGNOSTICS),
    problems: silent ? ['it failed without naming an error'] : [],
  };
}
