// Bundles the programs into dist/. Entry points are split so that a command loads only what it needs.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { digestSources } from './setup/program.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const builtFrom = digestSources(root);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const cache = join(root, '.cache');
const dist = join(root, 'dist');

// zod's index of fifty languages, a third of what the server would load; English is imported beside it.
const englishOnly = {
  name: 'english-only',
  setup: ({ onLoad }) => {
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

mkdirSync(cache, { recursive: true });
const work = mkdtempSync(join(cache, 'build-'));
try {
  const built = join(work, 'dist');
  await bundle(built);
  chmodSync(join(built, 'ces.js'), 0o755);
  writeFileSync(join(built, '.built-from'), builtFrom);
  if (existsSync(dist)) renameSync(dist, join(work, 'previous'));
  renameSync(built, dist);
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function bundle(outdir) {
  await build({
    absWorkingDir: root,
    entryPoints: {
      ces: 'src/cli/entry.ts',
      watcher: 'src/core/watcher/process.ts',
      'demo-agent': 'src/cli/demo/agent.ts',
    },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    minifySyntax: true,
    logLevel: 'warning',
    external: ['better-sqlite3'],
    define: { CES_VERSION: JSON.stringify(version) },
    chunkNames: 'chunks/[name]-[hash]',
    legalComments: 'none',
    plugins: [englishOnly],
    // Bundled CommonJS packages call require for Node's own modules, and name temporary files after __filename.
    banner: {
      js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);const __filename=import.meta.filename;",
    },
  });
}
