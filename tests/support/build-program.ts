import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * vitest's global setup: the end-to-end tests run the program in dist/, so it is built once when the sources changed.
 * A build that fails is told to those tests alone (see built.ts); the others need no build.
 */
export default function buildProgram(): void {
  const script = fileURLToPath(new URL('../../scripts/ensure-program.mjs', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8', timeout: 120_000 });
  if (status !== 0) process.env.CES_TEST_BUILD_FAILURE = stderr || 'The build did not end.';
}
