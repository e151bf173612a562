import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { witnessPath as pathOfWitness } from '../../src/core/witness/heads.js';
import { type GovernedProject, listOf, textOf } from '../support/governed-project.js';
import { withDatabase } from '../support/project-state.js';
import {
  approveWork,
  createClaimedProject,
  dropTriggers,
  readLedger,
  rewriteLedger,
  type Snapshot,
  type StoredEntry,
  takeSnapshot,
} from './rig.js';

let project: GovernedProject;
let approved: Snapshot;
let entries: StoredEntry[];
/** Sequences of the heads that the witness kept, oldest first. */
let witnessed: number[];
/** The head that the operator's signed statement names. */
let signed: number;

beforeAll(async () => {
  ({ project } = await createClaimedProject());
  await approveWork(project);
  approved = takeSnapshot(project, 'approved');
  entries = withDatabase(project.repo.root, readLedger);
  const lines = readFileSync(witnessPath(), 'utf8').trim().split('\n');
  witnessed = lines.map((line): { sequence: number } => JSON.parse(line)).map(({ sequence }) => sequence);
  expect(witnessed.length).toBeGreaterThanOrEqual(2);
  signed = (entries.find(({ bytes }) => textOf(JSON.parse(bytes), 'type') === 'decision.signed')?.sequence ?? 0) - 1;
});
beforeEach(() => approved.restore());
afterAll(() => project?.dispose());

function witnessPath(): string {
  const id = /proj-[0-9a-f]{24}/.exec(project.repo.read('.ces/policy.yaml'))?.[0] ?? '';
  const stateDir = join(project.home.env.XDG_STATE_HOME ?? '', 'ces');
  return pathOfWitness({ stateDir, projectId: id, root: project.repo.root });
}

const attack = (work: (db: Database.Database) => void) => withDatabase(project.repo.root, work);

async function verify(): Promise<{ exitCode: number | null; json: Readonly<Record<string, unknown>> }> {
  return project.ask('audit', 'verify');
}

test('triggers stop what is done by mistake', () => {
  attack((db) => {
    for (const sql of [
      "UPDATE ledger SET hash = ''",
      'DELETE FROM ledger',
      "UPDATE records SET body = ''",
      'DELETE FROM records',
    ])
      expect(() => db.exec(sql)).toThrow(/append-only/);
  });
});

describe('audit verify', () => {
  test('names an entry whose bytes were edited', async () => {
    attack((db) => {
      dropTriggers(db);
      db.prepare(
        'UPDATE ledger SET bytes = replace(bytes, \'"principal":"agent"\', \'"principal":"operator"\') WHERE sequence = 3',
      ).run();
    });
    const { exitCode, json } = await verify();
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({
      ok: false,
      first_bad: { sequence: 3, problem: expect.stringMatching(/edited/) },
      trusted_through: 2,
    });
  });

  test('names the entry, or the one after it, when bytes and hash were both edited', async () => {
    attack((db) => {
      dropTriggers(db);
      rewriteOne(db, 3);
    });
    const { exitCode, json } = await verify();
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({ ok: false, first_bad: { sequence: 4 }, trusted_through: 2 });
  });

  test('names the first entry that is gone from the middle', async () => {
    attack((db) => {
      dropTriggers(db);
      db.prepare('DELETE FROM ledger WHERE sequence IN (4, 5)').run();
    });
    expect(await verify()).toMatchObject({
      exitCode: 1,
      json: { ok: false, first_bad: { sequence: 4, problem: expect.stringMatching(/missing/) }, trusted_through: 3 },
    });
  });

  test('names the first of two entries that changed places', async () => {
    attack((db) => {
      dropTriggers(db);
      const [, , third, fourth] = readLedger(db);
      const place = db.prepare('UPDATE ledger SET bytes = ?, hash = ? WHERE sequence = ?');
      place.run(fourth?.bytes, fourth?.hash, 3);
      place.run(third?.bytes, third?.hash, 4);
    });
    expect(await verify()).toMatchObject({
      exitCode: 1,
      json: { ok: false, first_bad: { sequence: 3, problem: expect.stringMatching(/moved/) }, trusted_through: 2 },
    });
  });

  test('says where a ledger that was cut ended, by the heads that the witness kept', async () => {
    const last = witnessed.at(-1) ?? 0;
    attack((db) => {
      dropTriggers(db);
      db.prepare('DELETE FROM ledger WHERE sequence >= ?').run(last);
    });
    const { exitCode, json } = await verify();
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({
      ok: false,
      entries: last - 1,
      first_bad: { sequence: last, problem: expect.stringMatching(/cut or rolled back/) },
      trusted_through: Math.max(...[...witnessed, signed].filter((head) => head < last)),
    });
    expect((await project.ask('status')).exitCode).toBe(1);
  });

  test('trusts nothing of a ledger that was emptied', async () => {
    attack((db) => {
      dropTriggers(db);
      db.exec('DELETE FROM ledger');
    });
    const { exitCode, json } = await verify();
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({
      ok: false,
      entries: 0,
      head: null,
      first_bad: { sequence: witnessed[0] },
      trusted_through: 0,
    });
    expect((await project.ask('status')).exitCode).toBe(1);
  });

  test('knows by the witness a ledger that was rewritten whole', async () => {
    attack((db) => {
      dropTriggers(db);
      rewriteLedger(db, (entry) => (entry.sequence === 2 ? { ...entry, summary: 'Nothing happened' } : entry));
    });
    const { exitCode, json } = await verify();
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({
      ok: false,
      entries: entries.length,
      first_bad: { sequence: witnessed[0], problem: expect.stringMatching(/rewritten/) },
      trusted_through: 0,
    });
    expect((await project.ask('status')).exitCode).toBe(1);
  });

  test('knows it by the signed statements too, when the witness is gone', async () => {
    rmSync(witnessPath());
    attack((db) => {
      dropTriggers(db);
      rewriteLedger(db, (entry) => (entry.sequence === 2 ? { ...entry, summary: 'Nothing happened' } : entry));
    });
    const { exitCode, json } = await verify();
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({
      ok: false,
      first_bad: { sequence: signed, problem: expect.stringMatching(/rewritten/) },
    });
  });

  test('does not take an edited witness for none', async () => {
    writeFileSync(witnessPath(), 'nothing to see\n', { mode: 0o600 });
    const { exitCode, stdout, json } = await project.ces('audit', 'verify', '--json');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(json()).toMatchObject({ error: { code: 'state_corrupt' } });
  });

  test('is content with the ledger as it was written', async () => {
    const { exitCode, json } = await verify();
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({
      ok: true,
      entries: entries.length,
      first_bad: null,
      problems: [],
      trusted_through: entries.length,
    });
    expect(listOf(json, 'findings')).toEqual([]);
  });
});

/** Edits one entry and gives it the hash that fits. */
function rewriteOne(db: Database.Database, sequence: number): void {
  const before = readLedger(db);
  rewriteLedger(db, (entry) => (entry.sequence === sequence ? { ...entry, summary: 'Nothing happened' } : entry));
  const restore = db.prepare('UPDATE ledger SET bytes = ?, hash = ? WHERE sequence = ?');
  for (const entry of before) if (entry.sequence !== sequence) restore.run(entry.bytes, entry.hash, entry.sequence);
}
