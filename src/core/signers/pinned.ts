import { constants } from 'node:fs';
import { join } from 'node:path';
import { parseAllowedSigners } from '../approval/allowed-signers.js';
import { CesError } from '../errors.js';
import { ensurePrivateDir, openPrivate, readPrivateFile } from '../private-files.js';
import type { SignersFile } from './check-signature.js';

/** The signers that the operator pinned on this machine, `<configDir>/allowed_signers`, or null. Refuses links (`unsafe_state`). */
export async function readPinnedSigners(configDir: string): Promise<SignersFile | null> {
  const path = join(configDir, 'allowed_signers');
  const bytes = await readPrivateFile(path);
  return bytes === null ? null : { text: bytes.toString('utf8'), source: path };
}

/** Adds one line (from `formatAllowedSigner`) to the pinned signers. Refuses a line that would make the file unusable (`invalid_input`). */
export async function pinSigner(configDir: string, line: string): Promise<void> {
  await ensurePrivateDir(configDir);
  const before = (await readPinnedSigners(configDir))?.text ?? '';
  const separator = before === '' || before.endsWith('\n') ? '' : '\n';
  const added = `${separator}${line}\n`;
  const parsed = parseAllowedSigners(before + added);
  const path = join(configDir, 'allowed_signers');
  if (!parsed.ok)
    throw new CesError(
      'invalid_input',
      `The signer was not added to ${path}: in line ${parsed.line}, ${parsed.reason}.`,
      `Correct that line of ${path}, or give another key.`,
    );
  const handle = await openPrivate(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
  if (handle === null)
    throw new CesError('state_unwritable', `${path} can't be made.`, `Check the rights of ${configDir}.`);
  try {
    await handle.writeFile(added);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
