import { parseJunit } from './junit.js';
import { withoutOptions } from './script-args.js';
import { describeCheck, type Sensor } from './sensor.js';

export const nodeTest: Sensor = {
  id: 'node-test',
  detect(project) {
    const script = project.scriptCalling('node');
    const args = withoutOptions(script?.args ?? [], ['--watch'], ['--test-reporter', '--test-reporter-destination']);
    const at = args.indexOf('--test');
    if (script === null || at < 0) return null;
    return describeCheck({
      id: 'node-test',
      argv: [
        'node',
        ...args.slice(0, at),
        '--test',
        '--test-reporter=junit',
        '--test-reporter-destination={report}',
        ...args.slice(at + 1),
      ],
      parser: 'junit',
      status: 'required',
      reason: `package.json: scripts.${script.name} calls node --test`,
    });
  },
  parse: parseJunit,
};
