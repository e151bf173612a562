// Runs a TypeScript file of this checkout: bundled by esbuild, packages left outside, in a file of its own under .cache.
import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [file = '', ...rest] = process.argv.slice(2);
const outfile = join(root, '.cache', 'run-ts', `${basename(dirname(resolve(file)))}-${basename(file, '.ts')}.mjs`);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
await build({
  entryPoints: [file],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  packages: 'external',
  define: { CES_VERSION: JSON.stringify(version) },
  logLevel: 'warning',
});
process.argv = [process.argv[0], outfile, ...rest];
await import(pathToFileURL(outfile).href);
