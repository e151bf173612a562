import { userInfo } from 'node:os';
import { join } from 'node:path';
import { formatAllowedSigner, parseAllowedSigners } from '../core/approval/allowed-signers.js';
import { CesError } from '../core/errors.js';
import type { Folders } from '../core/folders.js';
import { runProcess } from '../core/process/run.js';
import { pinSigner, readPinnedSigners } from '../core/signers/pinned.js';
import { askAgentForKey } from '../core/signing/agent-keys.js';
import { type CreatedKey, createKey } from '../core/signing/key-create.js';
import { findPassphraseWeakness, PASSPHRASE_RULE } from '../core/signing/passphrase.js';
import { describeKey, type KeyDescription } from '../core/signing/private-key.js';
import { readNewPassphrase } from '../core/signing/read-passphrase.js';
import type { Cli } from './cli.js';

export interface OperatorKey extends KeyDescription {
  readonly path: string;
  /** The name that approvals by this key carry; null while this machine does not trust it. */
  readonly signer: string | null;
}

export function keyPathOf(folders: Folders): string {
  return join(folders.configDir, 'id_ces');
}

/** The operator's key, or null where there is none yet. Refuses (`unsafe_state`) one that others may read. */
export async function readOperatorKey(folders: Folders): Promise<OperatorKey | null> {
  const path = keyPathOf(folders);
  try {
    const key = await describeKey(path);
    return { ...key, path, signer: await findPinnedName(folders, key.fingerprint) };
  } catch (error) {
    if (error instanceof CesError && error.code === 'no_key') return null;
    throw error;
  }
}

async function findPinnedName(folders: Folders, fingerprint: string): Promise<string | null> {
  const pinned = await readPinnedSigners(folders.configDir);
  const parsed = parseAllowedSigners(pinned?.text ?? '');
  if (!parsed.ok) return null;
  return parsed.signers.find((signer) => signer.fingerprint === fingerprint)?.principal ?? null;
}

/**
 * The key to approve with. Refuses `no_key`, one that this machine does not trust (`no_key`), and one that an ssh-agent
 * would sign with for anybody (`forbidden`); says so where it has no passphrase or the agent did not answer.
 */
export async function requireUsableKey(cli: Cli): Promise<OperatorKey> {
  const key = await readOperatorKey(cli.folders);
  if (key === null)
    throw new CesError('no_key', `There is no key at ${keyPathOf(cli.folders)}.`, 'Run: ces key create');
  if (key.signer === null)
    throw new CesError('no_key', `${key.path} is not among the signers that this machine trusts.`, 'Run: ces key show');
  if (!key.encrypted && !key.hardware)
    cli.out.say(`Warning: ${key.path} has no passphrase: any program of yours can approve with it.`);
  const held = await isHeldByAgent(cli, key.publicKey);
  if (held === 'held')
    throw new CesError(
      'forbidden',
      `An ssh-agent holds ${key.path}, and signs with it for any program.`,
      `Take it out: ssh-add -d ${key.path}`,
    );
  if (held === 'unknown') cli.out.say('Warning: the ssh-agent did not say whether it holds this key.');
  return key;
}

/** Whether the ssh-agent of this shell would sign with the key for anybody. */
export async function isHeldByAgent(
  cli: Cli,
  publicKey: string,
): Promise<'held' | 'not_held' | 'unknown' | 'no_agent'> {
  const socket = cli.env.SSH_AUTH_SOCK ?? '';
  return socket === '' ? 'no_agent' : askAgentForKey({ publicKey, socket, runProcess });
}

/** The key's line for an `allowed_signers` file. */
export function signerLineOf(key: { readonly publicKey: string }, signer: string): string {
  return formatAllowedSigner(signer, key.publicKey);
}

/** Asks for a passphrase on the terminal (unless told not to), makes the key and trusts it on this machine. Null where it was cancelled. */
export async function createOperatorKey(
  cli: Cli,
  options: { noPassphrase: boolean; projectName: string | null },
): Promise<(CreatedKey & { signer: string }) | null> {
  const signer = nameOfUser();
  const names = [signer, ...(options.projectName === null ? [] : [options.projectName])];
  if (!options.noPassphrase)
    cli.out.say(`Choose a passphrase: ${PASSPHRASE_RULE}. Don't give it to any agent or keychain.`);
  const passphrase = options.noPassphrase
    ? null
    : await readNewPassphrase({ findWeakness: (text) => findPassphraseWeakness(text, names) });
  if (passphrase === null && !options.noPassphrase) return null;
  cli.out.progress('Making the key …');
  const { folders } = cli;
  const key = await createKey({
    dir: folders.configDir,
    comment: `ces approvals of ${signer}`,
    passphrase,
    noPassphrase: options.noPassphrase,
    names,
    runProcess,
  });
  await pinSigner(folders.configDir, signerLineOf(key, signer));
  return { ...key, signer };
}

function nameOfUser(): string {
  try {
    const { username } = userInfo();
    return /^[A-Za-z0-9_][A-Za-z0-9._@+-]*$/.test(username) ? username : 'operator';
  } catch {
    return 'operator';
  }
}
