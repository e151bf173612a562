// What each npm script runs: a program of this checkout and its arguments; what follows `--` on the command line is appended.
export const tasks = {
  demo: { needsProgram: true, argv: ['dist/ces.js', 'demo'] },
  test: { needsProgram: true, argv: ['scripts/test.mjs'] },
  check: { needsProgram: false, argv: ['scripts/test.mjs', '--static'] },
  build: { needsProgram: true },
  bench: { needsProgram: true, argv: ['scripts/run-ts.mjs', 'bench/run.ts'] },
  soak: { needsProgram: true, argv: ['scripts/run-ts.mjs', 'tests/long/soak/soak.ts'] },
  long: {
    needsProgram: true,
    argv: ['node_modules/vitest/vitest.mjs', 'run', '--config', 'tests/long/vitest.config.ts'],
  },
  docs: { needsProgram: true, argv: ['scripts/run-ts.mjs', 'scripts/docs.ts'] },
  format: { needsProgram: false, argv: ['node_modules/@biomejs/biome/bin/biome', 'check', '--write', '.'] },
};
