import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGovernedProject, type GovernedProject, listOf, textOf } from '../support/governed-project.js';
import { withDatabase } from '../support/project-state.js';

let project: GovernedProject;
beforeEach(async () => {
  project = await createGovernedProject({});
  await project.ces('manifest', 'Change src/a.js', '--yes');
});
afterEach(() => project.dispose());

test('lists entries oldest first, narrowed by number, type and time', async () => {
  const all = listOf((await project.ask('audit')).json, 'entries');
  expect(all.map((entry) => entry.sequence)).toEqual(all.map((_, index) => index + 1));
  expect(all.slice(-2).map((entry) => entry.type)).toEqual(['manifest.proposed', 'manifest.transition']);
  const proposed = all.at(-2);
  expect(all[0]).toEqual({
    sequence: 1,
    at: expect.stringMatching(/^\d{4}-/),
    type: 'project.initialized',
    principal: 'operator',
    channel: 'cli',
    session: null,
    summary: expect.any(String),
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(listOf((await project.ask('audit', '--limit', '1')).json, 'entries')).toEqual(all.slice(-1));
  expect(listOf((await project.ask('audit', '--type', 'manifest.proposed')).json, 'entries')).toEqual([proposed]);
  expect(listOf((await project.ask('audit', '--since', textOf(proposed, 'at'))).json, 'entries')).toEqual(
    all.slice(-2),
  );
  expect((await project.ces('audit', '--since', '2999-01-01')).stdout).toContain('No entry fits');
  for (const wrong of [
    ['--since', 'yesterday-ish'],
    ['--type', 'nonsense'],
  ]) {
    const { exitCode, stderr } = await project.ces('audit', ...wrong);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(wrong[1]);
  }
});

test('a sound ledger is said to be sound', async () => {
  const last = listOf((await project.ask('audit')).json, 'entries').at(-1)?.sequence;
  const verdict = await project.ask('audit', 'verify');
  expect(verdict).toMatchObject({
    exitCode: 0,
    json: { ok: true, entries: last, first_bad: null, problems: [], trusted_through: last, head: { sequence: last } },
  });
  expect((await project.ces('audit', 'verify')).stdout).toContain(`Sound: ${last} entries`);
});

test('an edited entry is named, with how far the history can be trusted', async () => {
  const [proposed] = listOf((await project.ask('audit', '--type', 'manifest.proposed')).json, 'entries');
  const sequence = Number(proposed?.sequence);
  withDatabase(project.repo.root, (db) => {
    for (const { name } of db
      .prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'trigger'")
      .all())
      db.exec(`DROP TRIGGER "${name}"`);
    db.prepare("UPDATE ledger SET bytes = replace(bytes, 'Change', 'Chance') WHERE sequence = ?").run(sequence);
  });
  expect(await project.ask('audit', 'verify')).toMatchObject({
    exitCode: 1,
    json: { ok: false, first_bad: { sequence }, trusted_through: sequence - 1 },
  });
  const { stdout } = await project.ces('audit', 'verify');
  expect(stdout).toContain('Not sound');
  expect(stdout).toContain(`trusted through entry ${sequence - 1}`);
});
