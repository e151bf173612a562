import { spawn } from 'node:child_process';
import { chmod, copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { runProcess } from '../../../src/core/process/run.js';
import { askAgentForKey } from '../../../src/core/signing/agent-keys.js';
import { createTestKey, PASSPHRASE, runWithInput, signerLine, type TestKey, verifyBytes } from '../../support/keys.js';
import { buildProgram, type Program, readAnswer } from './start-program.js';

const PROMPT = /Enter passphrase[^:]*: ?/;
const statement = Buffer.from('{"tree":"the one that was shown"}');
let dir: string;
let key: TestKey;
let program: Program;
let statementPath: string;
let signersPath: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ces-sign-'));
  key = await createTestKey(dir);
  program = await buildProgram(dir);
  statementPath = join(dir, 'statement.json');
  signersPath = join(dir, 'signers');
  await writeFile(signersPath, signerLine('ada', key.publicKey));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function startSigning(env: Record<string, string> = {}, keyPath = key.path) {
  await writeFile(statementPath, statement);
  const pty = program.start(['sign', keyPath, statementPath, signersPath], env);
  onTestFinished(() => pty.dispose());
  return pty;
}

async function isGood(signature: string, bytes: Uint8Array): Promise<boolean> {
  const path = join(dir, 'made.sig');
  await writeFile(path, signature);
  return verifyBytes({ allowedSigners: signersPath, signature: path, principal: 'ada' }, bytes);
}

test('the passphrase typed at the terminal makes a signature that stock ssh-keygen accepts', async () => {
  const pty = await startSigning();
  await pty.waitFor(PROMPT);
  pty.write(`${PASSPHRASE}\r`);
  const answer = await pty.answer();
  if (!('value' in answer) || answer.value === null) throw new Error(JSON.stringify(answer));
  expect(await isGood(answer.value, statement)).toBe(true);
  expect(await isGood(answer.value, Buffer.from('other'))).toBe(false);
  expect(pty.output()).not.toContain(PASSPHRASE);
});

test('a wrong passphrase signs nothing, and what ssh-keygen said stays in the cause', async () => {
  const pty = await startSigning();
  await pty.waitFor(PROMPT);
  pty.write('not the passphrase\r');
  const answer = await pty.answer();
  expect(answer).toMatchObject({ code: 'signing_failed', cause: expect.stringContaining('incorrect passphrase') });
  expect('message' in answer && answer.message).not.toContain('incorrect passphrase');
});

test('a statement file that is swapped while the passphrase is asked for changes nothing', async () => {
  const pty = await startSigning();
  await pty.waitFor(PROMPT);
  const evil = Buffer.from('{"tree":"EVIL"}');
  await writeFile(statementPath, evil);
  pty.write(`${PASSPHRASE}\r`);
  const answer = await pty.answer();
  if (!('value' in answer) || answer.value === null) throw new Error(JSON.stringify(answer));
  expect(await isGood(answer.value, statement)).toBe(true);
  expect(await isGood(answer.value, evil)).toBe(false);
});

test('without a terminal nothing is signed, though the passphrase lies on stdin or comes from an askpass', async () => {
  await writeFile(statementPath, statement);
  const askpass = join(dir, 'askpass');
  await writeFile(askpass, `#!/bin/sh\necho '${PASSPHRASE}'\n`, { mode: 0o700 });
  const traps: Record<string, string>[] = [{}, { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' }];
  for (const [index, trap] of traps.entries()) {
    const resultPath = join(dir, `no-terminal-${index}.json`);
    const args = [program.path, 'sign', key.path, statementPath, signersPath, resultPath];
    await runWithInput(process.execPath, args, `${PASSPHRASE}\n`, { ...process.env, ...trap });
    expect(readAnswer(resultPath)).toMatchObject({ code: 'no_terminal' });
  }
});

test('an askpass program is not asked where there is a terminal', async () => {
  const askpass = join(dir, 'askpass-trace');
  const trace = join(dir, 'asked');
  await writeFile(askpass, `#!/bin/sh\ntouch '${trace}'\necho '${PASSPHRASE}'\n`, { mode: 0o700 });
  const pty = await startSigning({ SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' });
  await pty.waitFor(PROMPT);
  pty.write('wrong\r');
  expect(await pty.answer()).toMatchObject({ code: 'signing_failed' });
  await expect(readFile(trace)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a key that an ssh-agent holds is not used through the agent, and is seen to be held', async () => {
  const socket = join(dir, 'agent');
  const agent = spawn('ssh-agent', ['-D', '-a', socket]);
  onTestFinished(() => {
    agent.kill();
  });
  await new Promise<void>((resolve) => {
    agent.stdout.once('data', () => resolve());
  });
  const question = { publicKey: key.publicKey, socket, runProcess };
  expect(await askAgentForKey(question)).toBe('not_held');
  const open = join(dir, 'id_open');
  await copyFile(key.path, open);
  await chmod(open, 0o600);
  await runWithInput('ssh-keygen', ['-p', '-P', PASSPHRASE, '-N', '', '-f', open], '');
  const env = { ...process.env, SSH_AUTH_SOCK: socket };
  expect((await runWithInput('ssh-add', [open], '', env)).code).toBe(0);
  // The trap works: stock ssh-keygen signs with the agent's key and asks nobody.
  const args = ['-Y', 'sign', '-n', 'ces-approval', '-f', key.path];
  expect((await runWithInput('ssh-keygen', args, statement, env)).code).toBe(0);

  const pty = await startSigning({ SSH_AUTH_SOCK: socket });
  await pty.waitFor(PROMPT);
  pty.write('wrong\r');
  expect(await pty.answer()).toMatchObject({ code: 'signing_failed' });
  expect(await askAgentForKey(question)).toBe('held');
  expect(await askAgentForKey({ ...question, socket: join(dir, 'nobody') })).toBe('unknown');
});

test('a program called ssh-keygen that stands first in PATH is not run', async () => {
  const fake = await mkdtemp(join(dir, 'path-'));
  const trace = join(fake, 'ran');
  await writeFile(join(fake, 'ssh-keygen'), `#!/bin/sh\ntouch '${trace}'\n`, { mode: 0o700 });
  const pty = await startSigning({ PATH: `${fake}:${process.env.PATH ?? ''}` });
  await pty.waitFor(PROMPT);
  pty.write(`${PASSPHRASE}\r`);
  expect(await pty.answer()).toHaveProperty('value');
  await expect(readFile(trace)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a signature that the checker does not accept is not handed out', async () => {
  await writeFile(signersPath, '# nobody\n');
  onTestFinished(() => writeFile(signersPath, signerLine('ada', key.publicKey)));
  const pty = await startSigning();
  await pty.waitFor(PROMPT);
  pty.write(`${PASSPHRASE}\r`);
  expect(await pty.answer()).toMatchObject({ code: 'signing_failed' });
});

test('a prompt that nobody answers ends at its deadline', async () => {
  const pty = await startSigning({ TEST_TIMEOUT_MS: '400' });
  expect(await pty.answer()).toMatchObject({ code: 'signing_failed', message: expect.stringContaining('in time') });
});

test('a key that is missing, a link, readable for others or no key at all is refused before anything is asked', async () => {
  const at = async (name: string, make: (path: string) => Promise<unknown>): Promise<string> => {
    const path = join(dir, name);
    await make(path);
    return path;
  };
  const loose = async (path: string): Promise<void> => {
    await copyFile(key.path, path);
    await chmod(path, 0o644);
  };
  const table = [
    ['no_key', join(dir, 'nothing-here')],
    ['no_key', await at('prose', (path) => writeFile(path, 'my key', { mode: 0o600 }))],
    ['unsafe_state', await at('link', (path) => symlink(key.path, path))],
    ['unsafe_state', await at('loose', loose)],
  ] as const;
  for (const [code, path] of table) {
    const pty = await startSigning({}, path);
    expect(await pty.answer(), path).toMatchObject({ code });
    expect(pty.output()).not.toMatch(PROMPT);
  }
});
