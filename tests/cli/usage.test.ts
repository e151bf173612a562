import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cesProgram, createHome, type Home, nodeProgram, runCes } from '../support/built.js';
import { startOnPty } from '../support/pty.js';

let home: Home;
beforeAll(() => {
  home = createHome();
});
afterAll(() => home.dispose());

const ces = (...args: string[]) => runCes(args, { cwd: tmpdir(), env: home.env });

describe('help', () => {
  test('the first screen shows a dozen commands at most, and says where the others are', async () => {
    const { exitCode, stdout, stderr } = await ces('--help');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const commands = [...stdout.matchAll(/^ {2}([a-z]+)( \[?<?[a-z]| {2})/gm)].map(([, name]) => name);
    expect(commands).toContain('approve');
    expect(commands).not.toContain('serve');
    expect(new Set(commands).size).toBeLessThanOrEqual(12);
    expect(stdout).toContain('ces help all');
    expect(stdout).toContain('Examples:');
  });

  test('help all shows the rest', async () => {
    const { stdout } = await ces('help', 'all');
    expect(stdout).toMatch(/^ {2}serve /m);
    expect(stdout).toMatch(/^ {2}uninstall /m);
  });

  test.each([
    'init',
    'key create',
    'key show',
    'demo',
    'manifest',
    'verify',
    'status',
    'why',
    'explain',
    'audit',
    'audit verify',
    'approve',
    'reject',
    'serve',
    'uninstall',
  ])('%s explains itself with an example, both ways round', async (name) => {
    const words = name.split(' ');
    const [flag, command] = await Promise.all([ces(...words, '--help'), ces('help', ...words)]);
    expect(flag).toMatchObject({ exitCode: 0, stderr: '' });
    expect(flag.stdout).toContain(`Usage: ces ${name}`);
    expect(flag.stdout).toMatch(/Examples:\n {2}\$ \S/);
    expect(command.stdout).toBe(flag.stdout);
  });

  test('no command at all is answered with the help', async () => {
    const [alone, help] = await Promise.all([ces(), ces('--help')]);
    expect(alone).toMatchObject({ exitCode: 0, stderr: '' });
    expect(alone.stdout).toBe(help.stdout);
  });
});

describe('usage errors end with exit code 2 and leave stdout empty', () => {
  test('an unknown command names the nearest', async () => {
    const { exitCode, stdout, stderr } = await ces('statsu');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain("Unknown command 'statsu'.");
    expect(stderr).toContain('status');
  });

  test.each([
    [['status', '--bogus'], /--bogus/],
    [['reject'], /--reason/],
    [['manifest'], /request/],
    [['explain', '--view', 'sideways'], /sideways/],
    [['audit', '--limit', '0'], /whole number/],
    [['audit', 'sideways'], /too many arguments/i],
    [['help', 'sideways'], /sideways/],
    [['uninstall'], /all of it/],
    [['approve', '--waive'], /--waive/],
  ])('%j', async (args, message) => {
    const { exitCode, stdout, stderr } = await ces(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });

  test.each([[['--json', 'statsu']], [['status', '--json', '--bogus']]])(
    '%j is one JSON object on stderr',
    async (args) => {
      const { exitCode, stdout, stderr } = await ces(...args);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(JSON.parse(stderr)).toEqual({
        error: {
          type: 'usage',
          code: 'usage',
          message: expect.any(String),
          hint: expect.stringContaining('ces help'),
          exit_code: 2,
        },
      });
    },
  );
});

describe('outside a project', () => {
  test.each(['status', 'why', 'explain', 'verify', 'audit', 'reject --reason no'])(
    '%s could not answer',
    async (line) => {
      const { exitCode, stdout, stderr } = await ces(...line.split(' '));
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr).toContain('ces init');
    },
  );

  test('the error is an object in JSON mode, before and after the command', async () => {
    for (const args of [
      ['--json', 'status'],
      ['status', '--json'],
    ]) {
      const { stdout, stderr } = await ces(...args);
      expect(stdout).toBe('');
      expect(JSON.parse(stderr)).toEqual({
        error: {
          type: 'could_not',
          code: 'not_a_project',
          message: expect.stringContaining(tmpdir()),
          hint: 'Run: ces init',
          exit_code: 2,
        },
      });
    }
  });

  test('a project root that does not exist is named', async () => {
    const { exitCode, stderr } = await ces('status', '--project-root', '/nowhere/at/all');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('/nowhere/at/all');
  });
});

describe('colours', () => {
  const errorOn = async (env: Readonly<Record<string, string>>, ...args: string[]): Promise<string> => {
    const terminal = startOnPty([nodeProgram, cesProgram(), 'status', ...args], { cwd: tmpdir(), env });
    await terminal.exit;
    return terminal.output();
  };
  const { NO_COLOR: _, ...colourful } = createEnvironment();

  test('are there on a terminal, and gone with NO_COLOR or --no-color', async () => {
    expect(await errorOn(colourful)).toContain('\u001B[31m');
    expect(await errorOn({ ...colourful, NO_COLOR: '1' })).not.toContain('\u001B[');
    expect(await errorOn(colourful, '--no-color')).not.toContain('\u001B[');
  });

  function createEnvironment(): Readonly<Record<string, string>> {
    return {
      HOME: tmpdir(),
      XDG_CONFIG_HOME: tmpdir(),
      XDG_STATE_HOME: tmpdir(),
      PATH: process.env.PATH ?? '',
      NO_COLOR: '1',
    };
  }
});
