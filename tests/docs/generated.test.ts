import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEPENDENCY_REASONS } from '../../scripts/docs/dependencies.js';
import { ERROR_HELP } from '../../scripts/docs/errors.js';
import { PAGES, renderPage } from '../../scripts/docs/pages.js';
import { FINDING_KINDS } from '../../src/core/claim/finding.js';
import { projectRoot } from '../support/built.js';

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');

test.each(PAGES)('the generated parts of %s are those of the sources (else: npm run docs)', (page) => {
  const markdown = read(page);
  expect(renderPage(projectRoot, markdown, null)).toBe(markdown);
});

test('every error code has its line in troubleshooting', () => {
  const union = /export type ErrorCode =([\s\S]*?);/.exec(read('src/core/errors.ts'))?.[1] ?? '';
  const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(20);
  expect(Object.keys(ERROR_HELP)).toEqual(codes);
  for (const code of codes) expect(read('docs/troubleshooting.md')).toContain(`| \`${code}\` |`);
});

test('every finding kind has its line in the playbook', () => {
  for (const kind of FINDING_KINDS) expect(read('docs/operator-playbook.md')).toContain(`| \`${kind}\` |`);
});

test('every dependency has one line that says why it is there, and no line is for another', () => {
  const pack: { dependencies: object; devDependencies: object } = JSON.parse(read('package.json'));
  const names = [...Object.keys(pack.dependencies), ...Object.keys(pack.devDependencies)];
  expect(Object.keys(DEPENDENCY_REASONS).toSorted()).toEqual(names.toSorted());
  for (const name of names) expect(read('README.md')).toContain(`- \`${name}\`: `);
});
