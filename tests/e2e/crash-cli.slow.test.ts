import { expect, test } from 'vitest';
import { CRASH_COMMANDS, crashCommand } from '../support/crash-commands.js';

// The others, and every point of each, are tried by tests/long/crash-cli.long.ts.
const SOME = ['init', 'approve of a change', 'uninstall'];

test.each(CRASH_COMMANDS.filter(({ name }) => SOME.includes(name)))(
  'ces $name, killed in its middle, is finished by the same command',
  { timeout: 180_000 },
  async (command) => {
    const { points, problems } = await crashCommand(command, (all) => all.filter((_, at) => at === all.length >> 1));
    expect(problems).toEqual([]);
    expect(points).toBeGreaterThan(3);
  },
);
