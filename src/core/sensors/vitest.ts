import { parseJestJson } from './jest-json.js';
import { withoutOptions } from './script-args.js';
import { describeCheck, type Sensor } from './sensor.js';

export const vitest: Sensor = {
  id: 'vitest',
  detect(project) {
    if (!project.declares('vitest')) return null;
    const script = project.scriptCalling('vitest');
    const configured = project.hasRootFile(/^vitest\.(config|workspace)\.[cm]?[jt]s$/);
    const given = withoutOptions(
      script?.args ?? [],
      ['run', 'watch', 'dev', '--run', '--watch', '-w', '--ui'],
      ['--reporter', '--outputFile'],
    );
    return describeCheck({
      id: 'vitest',
      argv: ['node_modules/.bin/vitest', 'run', ...given, '--reporter=json', '--outputFile={report}'],
      parser: 'vitest-json',
      status: script !== null || configured ? 'required' : 'optional',
      reason: script === null ? 'vitest is a dependency' : `package.json: scripts.${script.name} calls vitest`,
      byProducts: ['coverage/**', '**/node_modules/.vite/**', '**/node_modules/.vitest/**'],
    });
  },
  parse: parseJestJson,
};
