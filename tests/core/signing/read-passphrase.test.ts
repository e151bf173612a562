import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { runWithInput } from '../../support/keys.js';
import { startOnPty } from '../../support/pty.js';
import { buildProgram, type Program, readAnswer } from './start-program.js';

let dir: string;
let program: Program;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ces-passphrase-'));
  program = await buildProgram(dir);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function start(...args: string[]) {
  const pty = program.start(args);
  onTestFinished(() => pty.dispose());
  return pty;
}

test.each([
  ['plain typing', 'open sesame\r', 'open sesame'],
  ['corrections', 'wrong\u0015opeen\u007F\u007Fn\r', 'open'],
  ['arrow keys and pasted text', 'a\u001B[Db\u001B[200~c d\u001B[201~\r', 'abc d'],
  ['letters beyond ASCII', 'grüße 日本 😀\u007F\n', 'grüße 日本 '],
  ['Ctrl-C', 'half\u0003', null],
  ['Ctrl-D', 'half\u0004', null],
])('%s is read without being shown', async (_what, typed, value) => {
  const pty = start('read', '30000');
  await pty.waitFor(/Passphrase: /);
  pty.write(typed);
  expect(await pty.answer()).toEqual({ value });
  expect(pty.output().replace(/\s/g, '')).toBe('Passphrase:');
});

test('nobody there is the same as cancelled', async () => {
  const pty = start('read', '300');
  await pty.waitFor(/Passphrase: /);
  expect(await pty.answer()).toEqual({ value: null });
});

test('after Ctrl-C the terminal shows again what is typed', async () => {
  const answer = join(dir, 'cancelled.json');
  const script = `"$0" "$1" read 30000 "$2"; stty -a; echo ready; read line; echo "got $line"`;
  const pty = startOnPty(['/bin/sh', '-c', script, process.execPath, program.path, answer], {
    cwd: dir,
    env: { PATH: process.env.PATH ?? '' },
  });
  onTestFinished(() => pty.dispose());
  await pty.waitFor(/Passphrase: /);
  pty.write('half\u0003');
  expect(await pty.waitFor(/[\s\S]*ready/)).toMatch(/[^-]icanon[\s\S]*[^-]echo /);
  pty.write('visible\r');
  await pty.waitFor(/visible\r\n/);
  await pty.waitFor(/got visible/);
});

test('a new passphrase is asked for twice, again where it is weak or mistyped', async () => {
  const pty = start('new');
  await pty.waitFor(/New passphrase: /);
  pty.write('short\r');
  await pty.waitFor(/will not do: .*\s+New passphrase: /);
  pty.write('otter granite 71\r');
  await pty.waitFor(/The same again: /);
  pty.write('otter granite 72\r');
  await pty.waitFor(/different\.\s+New passphrase: /);
  pty.write('otter granite 71\r');
  await pty.waitFor(/The same again: /);
  pty.write('otter granite 71\r');
  expect(await pty.answer()).toEqual({ value: 'otter granite 71' });
  expect(pty.output()).not.toContain('granite');
});

test('without a terminal a passphrase on stdin is not taken', async () => {
  const answer = join(dir, 'no-terminal.json');
  await runWithInput(process.execPath, [program.path, 'read', '30000', answer], 'open sesame\n');
  expect(readAnswer(answer)).toMatchObject({ code: 'no_terminal' });
});
