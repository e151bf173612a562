import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupError } from './setup-error.mjs';
import { withNodeFirst } from './with-node.mjs';

const FIFTEEN_MINUTES_MS = 15 * 60 * 1000;

/** Runs npm under the given Node in a folder; its words go to stderr. Refuses any exit code but 0. */
export function runNpm(node, cwd, argv, failure) {
  const result = spawnSync(
    node,
    [findNpm(), ...argv, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--no-update-notifier'],
    {
      cwd,
      stdio: ['ignore', 2, 2],
      env: withNodeFirst(node, process.env),
      timeout: FIFTEEN_MINUTES_MS,
    },
  );
  if (result.status === 0) return;
  const how = result.error?.message ?? (result.signal ? `ended by ${result.signal}` : `exit code ${result.status}`);
  throw new SetupError(
    `${failure}: npm ${argv[0]} failed (${how}).`,
    'What npm said stands above. Check that this machine reaches its npm registry, then run the same command again.',
  );
}

/** npm's own program file, to be run by a Node of our choice: the one that started us, else the one on PATH. */
function findNpm() {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'npm'));
  for (const candidate of [process.env.npm_execpath ?? '', ...onPath]) {
    if (!candidate || !existsSync(candidate)) continue;
    const file = realpathSync(candidate);
    if (file.endsWith('npm-cli.js')) return file;
  }
  throw new SetupError('npm was not found on PATH.', 'Install Node 22.22 or newer with npm from https://nodejs.org.');
}
