import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CesError } from '../../core/errors.js';

/** Absolute path of a built program of this package, such as `ces.js`. Refuses (`tool_missing`) where it is not there. */
export function programPath(name: string): string {
  // The bundle puts this module into a folder of chunks, below the programs.
  const path = fileURLToPath(new URL(`../${name}`, import.meta.url));
  if (existsSync(path)) return path;
  throw new CesError('tool_missing', `${path} is missing.`, 'Install CES again; in a checkout, run: npm run build');
}
