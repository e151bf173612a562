// Bundles the programs into dist/. Entry points are split so that a command loads only what it needs.
import { existsSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
const entryPoints = { ces: 'src/cli/main.ts', watcher: 'src/core/watcher/process.ts', 'demo-agent': 'src/cli/demo/agent.ts' };
await build({
  entryPoints: Object.fromEntries(Object.entries(entryPoints).filter(([, file]) => existsSync(file))),
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minifySyntax: true,
  sourcemap: false,
  external: ['better-sqlite3'],
  chunkNames: 'chunks/[name]-[hash]',
  legalComments: 'none',
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
});
