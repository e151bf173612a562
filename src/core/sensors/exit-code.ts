import type { Project } from './project.js';
import { describeCheck, type Sensor } from './sensor.js';

const PLACEHOLDER = /no test specified/;

/** A `test` script of an unknown kind: run as the project runs it, judged by its exit code alone. */
export const exitCode: Sensor = {
  id: 'test',
  detect(project) {
    const script = project.scripts.test;
    if (script === undefined || script.trim() === '' || PLACEHOLDER.test(script)) return null;
    return describeCheck({
      id: 'test',
      argv: testCommand(project),
      parser: 'exit-code',
      status: 'required',
      reason: 'package.json: scripts.test; its tool is unknown, so only the exit code counts and tests are not counted',
    });
  },
  parse: null,
};

function testCommand({ packageManager }: Project): readonly string[] {
  return packageManager === 'npm' ? ['npm', '--silent', 'test'] : [packageManager, 'run', 'test'];
}
