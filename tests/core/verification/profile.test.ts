import { describe, expect, test } from 'vitest';
import { CesError } from '../../../src/core/errors.js';
import type { CheckSpec } from '../../../src/core/verification/check.js';
import { checksFromProfile, parseProfile } from '../../../src/core/verification/profile.js';

const profile = (checks: object) => parseProfile(JSON.stringify({ version: 1, checks }));
const detected: CheckSpec = {
  id: 'vitest',
  argv: ['v'],
  cwd: '.',
  timeoutMs: 5,
  status: 'optional',
  parser: 'vitest-json',
  env: [],
  byProducts: ['c/**'],
  reason: 'found',
};

describe('parseProfile', () => {
  test.each([
    ['not json', '{', 'is not JSON'],
    ['another version', '{"version":2,"checks":{}}', 'version'],
    ['an unknown status', '{"version":1,"checks":{"a":{"status":"mandatory"}}}', 'checks.a.status'],
    ['an unknown field', '{"version":1,"checks":{"a":{"status":"required","shell":"x"}}}', 'shell'],
    ['a folder outside', '{"version":1,"checks":{"a":{"status":"required","cwd":"../x"}}}', 'checks.a.cwd'],
    ['an absolute folder', '{"version":1,"checks":{"a":{"status":"required","cwd":"/etc"}}}', 'checks.a.cwd'],
    ['no argv in an argv', '{"version":1,"checks":{"a":{"status":"required","argv":[]}}}', 'checks.a.argv'],
    [
      'a time limit of nothing',
      '{"version":1,"checks":{"a":{"status":"required","timeout_seconds":0}}}',
      'checks.a.timeout_seconds',
    ],
    ['a check named __proto__', '{"version":1,"checks":{"__proto__":{"status":"required","argv":["true"]}}}', ''],
  ])('refuses %s by name', (_what, text, named) => {
    let refusal: unknown;
    try {
      refusal = Object.keys(parseProfile(text).checks).length;
    } catch (error) {
      refusal = error;
    }
    if (named === '') return expect(refusal instanceof CesError || refusal === 0).toBe(true);
    expect(refusal).toMatchObject({ code: 'invalid_input', message: expect.stringContaining(named) });
  });

  test('names the value of a status it does not know', () => {
    expect(() => profile({ a: { status: 'mandatory' } })).toThrow('"mandatory"');
  });
});

describe('checksFromProfile', () => {
  test('fills in from the detected check of the same name, and runs no other', () => {
    expect(
      checksFromProfile(profile({ vitest: { status: 'required', timeout_seconds: 3 } }), [
        detected,
        { ...detected, id: 'tsc' },
      ]),
    ).toEqual([{ ...detected, status: 'required', timeoutMs: 3000 }]);
  });

  test('takes an argv of its own as a new check, judged by its exit code', () => {
    expect(
      checksFromProfile(
        profile({ vitest: { status: 'required', argv: ['make', 'test'], env: ['DB'], by_products: ['x'] } }),
        [detected],
      ),
    ).toEqual([
      {
        id: 'vitest',
        argv: ['make', 'test'],
        cwd: '.',
        timeoutMs: 600_000,
        status: 'required',
        parser: 'exit-code',
        env: ['DB'],
        byProducts: ['x'],
        reason: 'named in .ces/verification-profile.json',
      },
    ]);
  });

  test('refuses a check that nobody says how to run, unless it is unavailable', () => {
    expect(() => checksFromProfile(profile({ tsc: { status: 'required' } }), [detected])).toThrow(CesError);
    expect(checksFromProfile(profile({ tsc: { status: 'unavailable', reason: 'no types' } }), [])[0]).toMatchObject({
      argv: [],
      reason: 'no types',
    });
  });
});
