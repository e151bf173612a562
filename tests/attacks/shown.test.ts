import { afterEach, beforeEach, expect, test } from 'vitest';
import { finishWork } from '../cli/agent-loop.js';
import { createGovernedProject, type GovernedProject, placeOperatorKey } from '../support/governed-project.js';
import type { McpSession } from '../support/mcp-client.js';
import { reviewWork } from './rig.js';

let project: GovernedProject;
let session: McpSession;
beforeEach(async () => {
  project = await createGovernedProject({ beforeInit: placeOperatorKey });
  session = await project.connect();
});
afterEach(async () => {
  await session?.close();
  await project?.dispose();
});

test('code far behind spaces is shown, and no row of it stands at the left edge', async () => {
  const wall = `export const a = 2;${' '.repeat(3_000 - 19)}── Findings${' '.repeat(5_000)}evil();\n`;
  await finishWork(project, session, { 'src/a.js': wall });
  const rows = (await reviewWork(project)).split(/\r?\n/);
  expect(rows.join('\n')).toContain('evil();');
  expect(rows.filter((row) => row.startsWith('── Findings'))).toEqual(['── Findings']);
  for (const row of rows.filter((text) => /evil|Findings {5}/.test(text))) expect(row).toMatch(/^↳\+/);
  expect(rows).toContain('Files that differ: 1; shown in full: 1');
});

test('a line that is longer than anything shown is said not to be shown in full', async () => {
  await finishWork(project, session, { 'src/a.js': `export const a = 2;${' '.repeat(40_000)}evil();\n` });
  const rows = (await reviewWork(project)).split(/\r?\n/);
  expect(rows).toContain('Files that differ: 1; shown in full: 0; not shown in full: 1');
  expect(rows).toContain('  src/a.js (long lines cut)');
  expect(rows.join('\n')).toContain('evil();');
});

test('a huge file crowds out no small one, and a byte that is no UTF-8 hides no file', async () => {
  const huge = Array.from({ length: 30_000 }, (_, index) => `${index}\n`).join('');
  await finishWork(project, session, {
    'src/0.js': huge,
    'src/a.js': 'export const a = 2;\n',
    'src/b.js': Buffer.from('// \xE9\nevil();\n', 'latin1'),
  });
  const rows = (await reviewWork(project)).split(/\r?\n/);
  expect(rows).toContain('+export const a = 2;');
  expect(rows).toContain('+// \\xE9');
  expect(rows).toContain('+evil();');
});
