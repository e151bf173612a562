import { expect, test } from 'vitest';
import { fuzzTools } from '../fuzz/fuzz-tools.js';
import { expectWholeRun } from '../fuzz/whole-run.js';
import { fuzzRuns } from './fuzz-runs.js';

/** What the heap may grow by between a tenth of the calls and all of them: what stays is a leak, not a cache. */
const HEAP_LIMIT_BYTES = 64 * 1024 * 1024;

test('10,000 generated inputs of each tool: the model holds, and memory is flat', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const report = await fuzzTools(fuzzRuns(), seed);
  expectWholeRun(report, fuzzRuns());
  expect(report.heapLate - report.heapEarly).toBeLessThan(HEAP_LIMIT_BYTES);
});
