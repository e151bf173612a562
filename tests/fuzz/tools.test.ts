import { expect, test } from 'vitest';
import { fuzzTools } from './fuzz-tools.js';

const CALLS_PER_TOOL = 300;
const SEED = 1;

test('no sequence of calls, edits and decisions leaves the life of a manifest as the surface promises it', async () => {
  const { counts, log } = await fuzzTools(CALLS_PER_TOOL, SEED);
  for (const [tool, { calls, valid }] of counts) {
    expect(calls, tool).toBeGreaterThanOrEqual(CALLS_PER_TOOL);
    expect(valid / calls, tool).toBeGreaterThan(0.5);
  }
  expect(log).toEqual([]);
}, 600_000);
