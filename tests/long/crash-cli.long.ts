import { expect, test } from 'vitest';
import { CRASH_COMMANDS, crashCommand } from '../support/crash-commands.js';

test.each(CRASH_COMMANDS)(
  'ces $name, killed before, in the middle of and after every durable write and child start, is finished by the same command',
  async (command) => {
    const { problems } = await crashCommand(command, (all) => all);
    expect(problems).toEqual([]);
  },
);
