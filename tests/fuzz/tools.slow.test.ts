import { test } from 'vitest';
import { fuzzTools } from './fuzz-tools.js';
import { expectWholeRun } from './whole-run.js';

const CALLS_PER_TOOL = 150;
const SEED = 1;
const LIMIT_MS = 900_000;

test('no sequence of calls, edits and decisions leaves the life of a manifest that the surface promises', {
  timeout: LIMIT_MS,
}, async () => {
  const report = await fuzzTools(CALLS_PER_TOOL, SEED);
  expectWholeRun(report, CALLS_PER_TOOL);
});
