import { expect, test } from 'vitest';
import { tryRandomChanges } from './random/random-changes.js';

const reason = process.platform === 'linux' ? '' : " (skipped: this system's find and sha256sum are not GNU's)";

test.skipIf(reason !== '')(
  `a few random sequences of changes show as an independent look sees them${reason}`,
  async () => {
    await expect(tryRandomChanges({ runs: 5 })).resolves.toBeUndefined();
  },
);
