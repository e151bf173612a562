import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** `name version` of the npm package that a program belongs to, or of the Node that runs CES; null where neither is known. */
export function readToolVersion(program: string): string | null {
  const real = realpathSync(program);
  if (real === realpathSync(process.execPath)) return `node ${process.versions.node}`;
  if (!real.includes('/node_modules/')) return null;
  for (let folder = dirname(real); folder.includes('/node_modules/'); folder = dirname(folder)) {
    const described = describePackage(join(folder, 'package.json'));
    if (described !== null) return described;
  }
  return null;
}

function describePackage(path: string): string | null {
  try {
    const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof manifest !== 'object' || manifest === null || !('name' in manifest) || !('version' in manifest))
      return null;
    return `${String(manifest.name)} ${String(manifest.version)}`.slice(0, 100);
  } catch {
    return null;
  }
}
