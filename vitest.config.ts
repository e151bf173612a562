import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

export default defineConfig({
  define: { CES_VERSION: JSON.stringify(version) },
  test: {
    // What takes longer than a few seconds a test runs in CI by itself: .ci/long/slow.sh.
    include: [process.env.CES_SLOW === undefined ? 'tests/**/*.test.ts' : 'tests/**/*.slow.test.ts'],
    exclude: ['**/node_modules/**', ...(process.env.CES_SLOW === undefined ? ['tests/**/*.slow.test.ts'] : [])],
    globalSetup: ['tests/support/build-program.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
