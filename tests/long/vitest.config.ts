import { fileURLToPath } from 'node:url';
import { defineConfig, mergeConfig } from 'vitest/config';
import shared from '../../vitest.config.js';

const HOUR_MS = 3_600_000;

/** The tests that take minutes or hours; `.ci/long` names them one by one. */
export default mergeConfig(
  { ...shared, test: { ...shared.test, include: [] } },
  defineConfig({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    test: {
      include: ['tests/long/**/*.long.ts'],
      testTimeout: 2 * HOUR_MS,
      hookTimeout: HOUR_MS,
      fileParallelism: false,
    },
  }),
);
