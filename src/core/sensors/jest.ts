import { parseJestJson } from './jest-json.js';
import { withoutOptions } from './script-args.js';
import { describeCheck, type Sensor } from './sensor.js';

export const jest: Sensor = {
  id: 'jest',
  detect(project) {
    if (!project.declares('jest')) return null;
    const script = project.scriptCalling('jest');
    const configured = project.hasRootFile(/^jest\.config\.([cm]?[jt]s|json)$/);
    const given = withoutOptions(
      script?.args ?? [],
      ['--watch', '--watchAll', '--json', '--ci', '-o'],
      ['--outputFile', '--reporters'],
    );
    return describeCheck({
      id: 'jest',
      argv: ['node_modules/.bin/jest', ...given, '--ci', '--json', '--outputFile={report}'],
      parser: 'jest-json',
      status: script !== null || configured ? 'required' : 'optional',
      reason: script === null ? 'jest is a dependency' : `package.json: scripts.${script.name} calls jest`,
      byProducts: ['coverage/**'],
    });
  },
  parse: parseJestJson,
};
