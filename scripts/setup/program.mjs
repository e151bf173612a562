import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './setup-error.mjs';

/** Builds dist/ unless it was built from exactly these sources. */
export function ensureProgram(root, node) {
  if (isBuilt(root)) return;
  process.stderr.write('Building dist/.\n');
  const result = spawnSync(node, [join(root, 'scripts', 'build.mjs')], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    timeout: 120_000,
  });
  if (result.status !== 0) {
    throw new SetupError(
      'The build failed.',
      'What it said stands above. Mend the sources, then run the same command again.',
    );
  }
}

function isBuilt(root) {
  const stamp = join(root, 'dist', '.built-from');
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === digestSources(root);
}

/** SHA-256 over the paths and bytes of everything that the build reads. */
export function digestSources(root) {
  const hash = createHash('sha256');
  for (const file of [...listFiles(root, 'src'), 'scripts/build.mjs', 'package.json', 'package-lock.json']) {
    const bytes = readFileSync(join(root, file));
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

function listFiles(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? listFiles(root, `${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
    );
}
