import { expect, test } from 'vitest';
import { classify } from '../../../src/core/manifest/classify.js';
import { assertTransition, expiryOf } from '../../../src/core/manifest/lifecycle.js';
import { MANIFEST_STATES } from '../../../src/core/manifest/manifest.js';

test.each([
  ['Add a login page', ['src/login.ts'], 'A'],
  ['Rotate the API keys', ['src/x.ts'], 'A'],
  ['Drop the users table', ['db/x.sql'], 'A'],
  ['Let admins change permissions', ['src/x.ts'], 'A'],
  ['Fix rounding in checkout', ['src/x.ts'], 'A'],
  ['Fix rounding', ['src/billing/round.ts'], 'A'],
  ['Move rows', ['migrations/004.sql'], 'A'],
  ['Speed up the CI pipeline', ['scripts/x.sh'], 'B'],
  ['Fix the off-by-one in paging', ['src/page.ts'], 'B'],
  ['Fix a typo in the README', ['README.md'], 'C'],
  ['Add an author page', ['src/author.ts'], 'C'],
  ['Add a product list', ['src/products.ts'], 'C'],
  ['Improve the tokenizer', ['src/tokenizer.ts'], 'B'],
  ['Add tests for paging', ['test/page.test.ts'], 'C'],
])('%s in %j is tier %s, with a reason', (text, paths, tier) => {
  const risk = classify(text, paths);
  expect(risk.tier).toBe(tier);
  expect(risk.reasons.length).toBeGreaterThan(0);
});

test('the highest of several reasons counts on each axis', () => {
  expect(classify('Add docs and drop the sessions table', ['docs/a.md'])).toMatchObject({
    tier: 'A',
    change_class: 5,
    behavior_confidence: 3,
  });
});

test('a higher tier lives shorter', () => {
  const now = '2026-01-01T00:00:00.000Z';
  expect([expiryOf('A', now), expiryOf('B', now), expiryOf('C', now)]).toEqual([
    '2026-01-03T00:00:00.000Z',
    '2026-01-08T00:00:00.000Z',
    '2026-01-15T00:00:00.000Z',
  ]);
});

test('only a signed review leads to approved, and nothing leads out of a final state', () => {
  const leads = (from: (typeof MANIFEST_STATES)[number], to: (typeof MANIFEST_STATES)[number]): boolean => {
    try {
      assertTransition('M-1', from, to);
      return true;
    } catch {
      return false;
    }
  };
  expect(MANIFEST_STATES.filter((from) => leads(from, 'approved'))).toEqual(['under_review', 'blocked']);
  expect(MANIFEST_STATES.filter((from) => leads(from, 'authorized'))).toEqual(['proposed']);
  for (const final of ['approved', 'expired', 'cancelled'] as const)
    expect(MANIFEST_STATES.some((to) => leads(final, to))).toBe(false);
  expect(() => assertTransition('M-1', 'proposed', 'in_progress')).toThrow(
    expect.objectContaining({ code: 'illegal_transition' }),
  );
});
