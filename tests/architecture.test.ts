import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findViolations } from './support/architecture-rules.js';
import { projectRoot } from './support/built.js';

const MOST_LINES = 300;
const sources = readdirSync(join(projectRoot, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.ts'),
);

test('imports follow the architecture', async () => {
  const { modules, violations } = await findViolations(projectRoot);
  expect(violations).toEqual([]);
  expect(modules).toBeGreaterThanOrEqual(sources.length);
});

test(`no source file is longer than ${MOST_LINES} lines`, () => {
  const long = sources.filter(
    (path) => readFileSync(join(projectRoot, 'src', path), 'utf8').split('\n').length - 1 > MOST_LINES,
  );
  expect(long).toEqual([]);
});
