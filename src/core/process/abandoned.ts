import { join } from 'node:path';
import { findAbandonedFolders } from '../temp-folders.js';
import { removeFolder } from './remove-folder.js';
import { killStragglers } from './stragglers.js';

/**
 * Ends what processes of CES left that were killed: checks that still run, then their folders in `tempDir`. What can't be
 * removed is left. A check that emptied its environment is found by nothing but its containment.
 */
export async function removeAbandoned(tempDir?: string): Promise<void> {
  for (const folder of findAbandonedFolders(tempDir)) {
    await killStragglers('TMPDIR', join(folder, 'tmp'));
    await removeFolder(folder).catch(() => undefined);
  }
}
