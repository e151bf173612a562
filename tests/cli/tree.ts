import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every path below a folder with its mode and the digest of its bytes. */
export function listTree(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((path) => {
      const full = join(folder, path);
      const stat = lstatSync(full);
      const digest = stat.isFile() ? createHash('sha256').update(readFileSync(full)).digest('hex') : '';
      return `${path} ${stat.mode.toString(8)} ${digest}`;
    });
}
