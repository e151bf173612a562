import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { CesError } from './errors.js';

const PLACES = ['/usr/bin', '/bin', '/usr/local/bin', '/opt/homebrew/bin'];

let found: Promise<string> | null = null;

/** Absolute path of ssh-keygen, looked for once in fixed places: whoever sets PATH must not choose it. Throws `tool_missing`. */
export function findSshKeygen(): Promise<string> {
  found ??= search().catch((error: unknown) => {
    found = null;
    throw error;
  });
  return found;
}

async function search(): Promise<string> {
  for (const place of PLACES) {
    try {
      const path = await realpath(`${place}/ssh-keygen`);
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not there: the next place.
    }
  }
  throw new CesError(
    'tool_missing',
    `ssh-keygen is in none of ${PLACES.join(', ')}.`,
    'Install OpenSSH (8.9 or newer).',
  );
}
