import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createGovernedProject, type GovernedProject, placeOperatorKey } from '../support/governed-project.js';
import { withDatabase } from '../support/project-state.js';

let project: GovernedProject;
let sound: Buffer;
beforeAll(async () => {
  project = await createGovernedProject({ beforeInit: placeOperatorKey });
  sound = readFileSync(database());
});
beforeEach(() => writeFileSync(database(), sound));
afterAll(() => project?.dispose());

const database = () => join(project.repo.root, '.ces/state.db');

async function expectRefused(lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    const { exitCode, stderr } = await project.ces(...line.split(' '), '--json');
    expect({ line, exitCode, error: JSON.parse(stderr) }).toMatchObject({
      exitCode: 2,
      error: { error: { code: 'state_corrupt' } },
    });
  }
  const terminal = project.onTerminal('approve', '--json');
  expect((await terminal.exit).exitCode).toBe(2);
  expect(terminal.output()).toContain('"code":"state_corrupt"');
}

test('a state that was emptied is refused by name everywhere, and is not filled again', async () => {
  writeFileSync(database(), '');
  await expectRefused(['status', 'why', 'explain', 'audit verify', 'verify', 'verify --last', 'reject --reason no']);
  expect((await project.ces('init')).exitCode).toBe(2);
  expect(readFileSync(database()).length).toBe(0);
});

test.each(['meta', 'ledger', 'manifests', 'records', 'sessions', 'timeline'])(
  'a state without its table %s is refused by name',
  async (table) => {
    withDatabase(project.repo.root, (db) => {
      db.pragma('foreign_keys = OFF');
      db.exec(`DROP TABLE ${table}`);
    });
    await expectRefused(['status']);
  },
);
