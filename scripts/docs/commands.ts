import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.js';
import { renderBlock, renderTable } from './sections.js';

/** The whole command line, and what its help prints; nothing is run. */
export function readProgram(): { program: Command; help(command: Command): string } {
  let printed = '';
  const program = createProgram({
    createCli: () => {
      throw new Error('the documentation runs no command');
    },
    finish: () => undefined,
    writeOut: (text) => {
      printed += text;
    },
    writeErr: () => undefined,
  });
  return {
    program,
    help(command) {
      printed = '';
      // The same width wherever it is made.
      command.configureOutput({
        getOutHelpWidth: () => 110,
        writeOut: (text) => {
          printed += text;
        },
      });
      command.outputHelp();
      return printed.trimEnd();
    },
  };
}

/** Every command that does something, with its words below `ces`; groups (`key`) are left out, `audit` is both. */
export function listCommands(program: Command): { words: string; command: Command }[] {
  const walk = (command: Command, words: string): { words: string; command: Command }[] =>
    command.commands.flatMap((child) => {
      const path = words === '' ? child.name() : `${words} ${child.name()}`;
      const below = walk(child, path);
      const isGroup = below.length > 0 && child.options.length === 0 && child.registeredArguments.length === 0;
      return isGroup ? below : [{ words: path, command: child }, ...below];
    });
  return walk(program, '');
}

export function renderCommandsTable(): string {
  const { program } = readProgram();
  return renderTable(
    ['Command', 'Does'],
    listCommands(program).map(({ words, command }) => {
      const args = command.registeredArguments.map((argument) => {
        const name = `${argument.name().toUpperCase()}${argument.variadic ? '…' : ''}`;
        return argument.required ? ` ${name}` : ` [${name}]`;
      });
      const anchor = `ces-${words.replaceAll(' ', '-')}`;
      return [`[\`ces ${words}${args.join('')}\`](docs/commands.md#${anchor})`, command.description()];
    }),
  );
}

export function renderCommandReference(): string {
  const { program, help } = readProgram();
  const parts = [`## ces\n\n${renderBlock('text', help(program))}`];
  for (const { words, command } of listCommands(program))
    parts.push(`## ces ${words}\n\n${renderBlock('text', help(command))}`);
  return parts.join('\n\n');
}
