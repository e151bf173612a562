import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runNpm } from './npm.mjs';

/** Installs what package-lock.json names, unless the stamp in node_modules says that exactly this was installed. */
export function ensurePackages(root, node) {
  const stamp = join(root, 'node_modules', '.installed');
  const wanted = describeWanted(root);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  process.stderr.write('Installing packages into node_modules.\n');
  // Development packages too, whatever NODE_ENV or the user's npm settings leave out.
  runNpm(node, root, ['ci', '--include=dev', '--include=optional'], 'Could not install packages');
  writeFileSync(stamp, wanted);
}

function describeWanted(root) {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  return `${lock} ${process.platform}-${process.arch}\n`;
}
