import { lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { CesError } from '../errors.js';
import { fsPath, systemCode } from './file-system.js';
import type { OwnDatabase } from './own-database.js';
import { assertInside } from './safe-path.js';

/** Bytes of a file, or null where there is none; a link is followed as long as it stays below the root. */
export function readInside(root: string, path: string, ownDatabase: OwnDatabase): Buffer | null {
  assertInside(path);
  const full = fsPath(`${root}/${path}`);
  try {
    if (lstatSync(full, { throwIfNoEntry: false }) === undefined) return null;
    // The other realpath takes bytes for text.
    const real = realpathSync.native(full, { encoding: 'buffer' });
    if (!real.toString('latin1').startsWith(Buffer.from(root + sep).toString('latin1'))) {
      throw new CesError('path_outside_root', `${path} leads out of the root`, 'Name the file itself, below the root');
    }
    const stats = statSync(real);
    if (ownDatabase.has(path, stats)) {
      throw new CesError('invalid_input', `${path} is CES's own database`, 'Read it with `ces status` or `ces audit`');
    }
    return stats.isFile() ? readFileSync(real) : null;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return null;
    if (error instanceof CesError || systemCode(error) === '') throw error;
    const hint = 'Give this user permission to read it';
    throw new CesError('unreadable_workspace', `${path} cannot be read: ${systemCode(error)}`, hint, error);
  }
}
