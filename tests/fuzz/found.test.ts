import { expect, test } from 'vitest';
import { parsePolicy } from '../../src/core/config.js';
import { reportParsers } from '../../src/core/sensors/index.js';
import { parseProfile } from '../../src/core/verification/profile.js';

// Inputs that the generated ones found, kept by what was wrong with the answer.

test.each([
  ['an alias without its anchor', '*a'],
  [
    'aliases that multiply',
    `a: &a [x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [${'*a,'.repeat(20)}]`).join('\n')}\n`,
  ],
  ['more than a policy can say', `# ${'x'.repeat(70_000)}\nversion: 1\n`],
])('a policy with %s is refused as invalid input', (_, text) => {
  expect(() => parsePolicy(text)).toThrowError(expect.objectContaining({ code: 'invalid_input' }));
});

test.each([
  ['an instruction that never ends', '<?xml version="1.0"?><testsuites><?x </testsuites>'],
  [
    'entities that multiply',
    `<!DOCTYPE a [${Array.from({ length: 20 }, (_, i) => `<!ENTITY e${i} "${'x'.repeat(900)}">`).join('')}]><testsuites name="${'&e1;'.repeat(5000)}"/>`,
  ],
  ['suites in suites without end', '<testsuite>'.repeat(5000) + '</testsuite>'.repeat(5000)],
])('a JUnit report with %s is unusable, and no exception', (_, report) => {
  const parsed = reportParsers.junit?.({ report, stdout: '', stderr: '', exitCode: 0, dir: '/copy' });
  expect(parsed?.problems.length).toBe(1);
});

test('a policy whose keys are no texts is refused without a warning by Node', () => {
  const warned: Error[] = [];
  const note = (warning: Error): void => void warned.push(warning);
  process.on('warning', note);
  expect(() => parsePolicy('? [a, b]\n: 1\n')).toThrowError(expect.objectContaining({ code: 'invalid_input' }));
  return new Promise((resolve) => setImmediate(resolve)).then(() => {
    process.off('warning', note);
    expect(warned).toEqual([]);
  });
});

test('a profile with a field of 5,000 letters is refused in few words', () => {
  const text = JSON.stringify({ version: 1, checks: { unit: { status: 'required', ['x'.repeat(5000)]: 1 } } });
  expect(() => parseProfile(text)).toThrowError(
    expect.objectContaining({ code: 'invalid_input', message: expect.stringMatching(/^.{1,900}$/s) }),
  );
});
