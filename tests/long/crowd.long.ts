import { test } from 'vitest';
import { appendAtOnce } from '../support/append-crowd.js';

test('50 processes append 200 entries each to one ledger: none lost, none doubled, and the chain holds', async () => {
  await appendAtOnce(50, 200);
});
