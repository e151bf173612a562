import { test } from 'vitest';
import { tryRandomChanges } from '../core/workspace/random/random-changes.js';

const given = Number(process.env.CES_DELTA_RUNS);
const runs = Number.isSafeInteger(given) && given > 0 ? given : 400;
const seed = process.env.CES_DELTA_SEED === undefined ? undefined : Number(process.env.CES_DELTA_SEED);

test(`${runs} random sequences of changes show as an independent look sees them`, async () => {
  await tryRandomChanges({ runs, seed });
});
