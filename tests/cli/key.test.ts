import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCes } from '../support/built.js';
import { createGovernedProject, type GovernedProject } from '../support/governed-project.js';

const PASSPHRASE = 'otter granite 71 lantern';

let project: GovernedProject;
beforeEach(async () => {
  project = await createGovernedProject({});
});
afterEach(() => project.dispose());

const configFile = (name: string) => join(project.home.env.XDG_CONFIG_HOME ?? '', 'ces', name);

test('a weak passphrase is refused, a strong one makes a key that this machine and the project trust', async () => {
  const terminal = project.onTerminal('key', 'create');
  await terminal.waitFor(/New passphrase: /);
  terminal.write('short\r');
  await terminal.waitFor(/That will not do: it has fewer than 12 characters/);
  await terminal.waitFor(/New passphrase: /);
  terminal.write(`${PASSPHRASE}\r`);
  await terminal.waitFor(/The same again: /);
  terminal.write(`${PASSPHRASE}\r`);
  expect((await terminal.exit).exitCode).toBe(0);
  expect(terminal.output()).not.toContain(PASSPHRASE);

  const [type, base64] = readFileSync(configFile('id_ces.pub'), 'utf8').split(' ');
  for (const signers of [
    readFileSync(configFile('allowed_signers'), 'utf8'),
    project.repo.read('.ces/allowed_signers'),
  ])
    expect(signers).toContain(`namespaces="ces-approval" ${type} ${base64}`);

  const shown = await project.ask('key', 'show');
  expect(shown).toMatchObject({ exitCode: 0, json: { key: { passphrase: true, kdf_rounds: 100 }, problems: [] } });
  const again = project.onTerminal('key', 'create');
  expect((await again.exit).exitCode).toBe(2);
  expect(again.output()).toContain('already');
});

test('three weak ones make no key', async () => {
  const terminal = project.onTerminal('key', 'create', '--no-color');
  for (const weak of ['short', 'password1234', 'aaaaaaaaaaaaaaaa']) {
    await terminal.waitFor(/New passphrase: /);
    terminal.write(`${weak}\r`);
  }
  expect((await terminal.exit).exitCode).toBe(2);
  expect(existsSync(configFile('id_ces'))).toBe(false);
});

test('a key without a passphrase has to be insisted on, and is called a problem', async () => {
  const terminal = project.onTerminal('key', 'create', '--no-passphrase');
  expect((await terminal.exit).exitCode).toBe(0);
  const shown = await project.ask('key', 'show');
  expect(shown).toMatchObject({ exitCode: 1, json: { problems: [expect.stringContaining('no passphrase')] } });
});

test('without a key, show says how to make one', async () => {
  const { exitCode, stderr } = await project.ces('key', 'show');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('ces key create');
});

test('off a terminal, and in an agent’s shell, no key is made', async () => {
  expect((await project.ces('key', 'create', '--no-passphrase')).exitCode).toBe(3);
  const env = { ...project.home.env, CODEX_SANDBOX: 'seatbelt' };
  expect((await runCes(['key', 'create', '--no-passphrase'], { cwd: project.repo.root, env })).exitCode).toBe(3);
  expect(existsSync(configFile('id_ces'))).toBe(false);
});
