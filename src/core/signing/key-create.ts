import { chmod, link, lstat, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CesError } from '../errors.js';
import { ensurePrivateDir, hasCode } from '../private-files.js';
import type { RunProcess, RunResult } from '../process/run.js';
import { findSshKeygen } from '../ssh-keygen.js';
import { findPassphraseWeakness, PASSPHRASE_RULE } from './passphrase.js';
import { describeKey, type KeyDescription } from './private-key.js';

const KEY_NAME = 'id_ces';
const ROUNDS = 100;
const TIMEOUT_MS = 60_000;

export interface CreateKeyOptions {
  /** The operator's configuration folder; the key becomes `id_ces` in it. */
  readonly dir: string;
  readonly comment: string;
  /** null only together with `noPassphrase`. */
  readonly passphrase: string | null;
  readonly noPassphrase?: boolean;
  /** The user's and the project's: a passphrase made of them is refused. */
  readonly names?: readonly string[];
  readonly runProcess: RunProcess;
}

export interface CreatedKey extends KeyDescription {
  readonly path: string;
  readonly publicKeyPath: string;
}

/**
 * Makes an ed25519 key with a passphrase and proves that it can't be read without. Never replaces a key (`conflict`);
 * throws `weak_passphrase`, `forbidden` for no passphrase without insisting, `process_failed`, `unsafe_state`.
 */
export async function createKey(options: CreateKeyOptions): Promise<CreatedKey> {
  const { passphrase } = options;
  checkPassphrase(options);
  if (/[\p{Cc}\p{Cs}]/u.test(options.comment) || options.comment.startsWith('-'))
    throw new CesError('invalid_input', 'The comment of the key is not plain text.', 'Give a name or an address.');
  const dir = await ensurePrivateDir(options.dir);
  const path = join(dir, KEY_NAME);
  for (const taken of [path, `${path}.pub`]) await refuseExisting(taken);

  // Made and proven in a folder of its own, so that no half-made or unprotected key ever stands in the key's place.
  const workshop = await mkdtemp(join(dir, '.new-key-'));
  try {
    const made = join(workshop, KEY_NAME);
    await generate(made, options);
    const description = await describeKey(made);
    if (passphrase !== null) await proveProtected(made, description, options.runProcess);
    await chmod(`${made}.pub`, 0o600);
    await moveIntoPlace(`${made}.pub`, `${path}.pub`);
    await moveIntoPlace(made, path);
    return { ...description, path, publicKeyPath: `${path}.pub` };
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

function checkPassphrase(options: CreateKeyOptions): void {
  const { passphrase } = options;
  if (passphrase === null) {
    if (options.noPassphrase === true) return;
    throw new CesError(
      'forbidden',
      'A key without a passphrase is open to every program of this user.',
      'Give a passphrase, or insist with `ces key create --no-passphrase`.',
    );
  }
  const weakness = findPassphraseWeakness(passphrase, options.names ?? []);
  if (weakness !== null)
    throw new CesError('weak_passphrase', `The passphrase is too weak: ${weakness}.`, `Take ${PASSPHRASE_RULE}.`);
}

async function refuseExisting(path: string): Promise<void> {
  try {
    await lstat(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw new CesError('state_unwritable', `${path} can't be looked at.`, `Check the rights of ${path}.`, error);
  }
  throw exists(path);
}

// Without a terminal (the runner starts it in a session of its own) ssh-keygen reads the passphrase from stdin, so that it
// stands in no argument, no environment and no file.
async function generate(path: string, options: CreateKeyOptions): Promise<void> {
  const argv = ['-q', '-t', 'ed25519', '-a', String(ROUNDS), '-C', options.comment, '-f', path];
  const { passphrase } = options;
  const result =
    passphrase === null
      ? await run(options.runProcess, [...argv, '-N', ''])
      : await run(options.runProcess, argv, `${passphrase}\n${passphrase}\n`);
  if (result.exitCode !== 0) throw notMade(`ssh-keygen ended with ${result.exitCode ?? result.signal}`);
}

async function proveProtected(path: string, description: KeyDescription, runProcess: RunProcess): Promise<void> {
  if (!description.encrypted || (description.kdfRounds ?? 0) < ROUNDS) throw notMade('it is not encrypted');
  const opened = await run(runProcess, ['-y', '-P', '', '-f', path]);
  const refused = opened.stderr.includes('incorrect passphrase') && opened.stdout.length === 0;
  if (opened.exitCode === 0 || !refused) throw notMade('it can be read without its passphrase');
}

async function run(runProcess: RunProcess, args: readonly string[], input?: string): Promise<RunResult> {
  const result = await runProcess([await findSshKeygen(), ...args], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', SSH_ASKPASS_REQUIRE: 'never' },
    ...(input === undefined ? {} : { input }),
    timeoutMs: TIMEOUT_MS,
    maxBytes: 64 * 1024,
  });
  if (result.timedOut) throw notMade(`ssh-keygen did not end within ${TIMEOUT_MS} ms`);
  return result;
}

// A link fails where something has come to stand there meanwhile; a rename would replace it.
async function moveIntoPlace(from: string, to: string): Promise<void> {
  const handle = await open(from);
  await handle.sync().finally(() => handle.close());
  try {
    await link(from, to);
  } catch (error) {
    throw hasCode(error, 'EEXIST') ? exists(to) : notMade(`${to} can't be written`, error);
  }
}

function exists(path: string): CesError {
  return new CesError(
    'conflict',
    `There is a key at ${path} already.`,
    'Run `ces key show`, or `ces key remove` first.',
  );
}

function notMade(why: string, cause?: unknown): CesError {
  return new CesError('process_failed', `No key was made: ${why}.`, 'Try again, or run `ces doctor`.', cause);
}
