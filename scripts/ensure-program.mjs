// Builds dist/ where it is older than the sources, with the Node that runs this: for the tests, which need nothing else set up.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureProgram } from './setup/program.mjs';
import { SetupError } from './setup/setup-error.mjs';

try {
  ensureProgram(dirname(dirname(fileURLToPath(import.meta.url))), process.execPath);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n${error.hint}\n`);
  process.exitCode = 2;
}
