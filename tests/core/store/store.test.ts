import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyChain } from '../../../src/core/ledger/chain.js';
import type { EntryInput } from '../../../src/core/ledger/entry.js';
import { openStore } from '../../../src/core/store/store.js';

const entry: EntryInput = {
  type: 'scope.asked',
  principal: 'agent',
  channel: 'mcp',
  session: null,
  summary: 'asked',
  body: { manifest_id: 'M-1' },
};
const at = '2026-01-01T00:00:00.000Z';
let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ces-store-'));
  path = join(folder, 'state.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('two connections append to one chain and neither forks it', () => {
  const one = openStore(path, 'write');
  const other = openStore(path, 'write');
  for (let round = 0; round < 50; round += 1) {
    one.transact((tx) => tx.append(entry, at));
    other.transact((tx) => tx.append(entry, at));
  }
  expect(verifyChain(one.read.ledgerRows(), [])).toMatchObject({ ok: true, entries: 100 });
  one.close();
  other.close();
});

test('what is thrown inside a transaction leaves neither the row nor its entry', () => {
  const store = openStore(path, 'write');
  expect(() =>
    store.transact((tx) => {
      tx.setMeta('a', '1');
      tx.append(entry, at);
      throw new Error('no');
    }),
  ).toThrow('no');
  expect([store.read.meta('a'), store.read.head()]).toEqual([null, null]);
  store.close();
});

test('the ledger and the records refuse to be edited or thinned out through the store', () => {
  const store = openStore(path, 'write');
  store.transact((tx) => {
    tx.append(entry, at);
    tx.putRecord({ kind: 'evidence', id: 'E-1', manifestId: 'M-1', at, body: { a: 1 } });
  });
  expect(() =>
    store.transact((tx) => tx.putRecord({ kind: 'evidence', id: 'E-1', manifestId: 'M-1', at, body: { a: 2 } })),
  ).toThrow(expect.objectContaining({ code: 'conflict' }));
  store.close();
  const raw = new Database(path);
  for (const sql of [
    "UPDATE ledger SET hash = 'x'",
    'DELETE FROM ledger',
    "UPDATE records SET body = '{}'",
    'DELETE FROM records',
  ])
    expect(() => raw.exec(sql)).toThrow(expect.objectContaining({ code: 'SQLITE_CONSTRAINT_TRIGGER' }));
  raw.close();
});

test('every writing connection commits in full, also one that reopens the database', () => {
  openStore(path, 'write').close();
  const original = Database.prototype.pragma;
  const asked: string[] = [];
  Database.prototype.pragma = function (this: Database.Database, source: string, options?: Database.PragmaOptions) {
    asked.push(source);
    return original.call(this, source, options);
  };
  try {
    openStore(path, 'write').close();
  } finally {
    Database.prototype.pragma = original;
  }
  expect(asked).toContain('synchronous = FULL');
});

test('the database is its owner’s alone', () => {
  openStore(path, 'write').close();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a linked database, one that is none, and one of a newer version are refused by name', () => {
  const target = join(folder, 'elsewhere.db');
  openStore(target, 'write').close();
  symlinkSync(target, path);
  expect(() => openStore(path, 'write')).toThrow(expect.objectContaining({ code: 'unsafe_state' }));
  const garbage = join(folder, 'garbage.db');
  writeFileSync(garbage, 'this is no database, and long enough to be read as one '.repeat(40));
  expect(() => openStore(garbage, 'write')).toThrow(expect.objectContaining({ code: 'state_corrupt' }));
  const newer = new Database(target);
  newer.pragma('user_version = 99');
  newer.close();
  expect(() => openStore(target, 'write')).toThrow(expect.objectContaining({ code: 'state_newer' }));
});

test('reading needs a database that is there, can’t write, and leaves no file behind', () => {
  expect(() => openStore(path, 'read')).toThrow(expect.objectContaining({ code: 'not_a_project' }));
  openStore(path, 'write').close();
  const store = openStore(path, 'read');
  expect(() => store.transact((tx) => tx.setMeta('a', '1'))).toThrow();
  store.close();
  expect(statSync(`${path}-wal`, { throwIfNoEntry: false })).toBeUndefined();
});

test('what is written lazily outlives the process and is seen by others at once', () => {
  const one = openStore(path, 'write');
  one.transactLazily((tx) => tx.addCall('S-1', { id: 'call', name: 'ces_status', at }));
  const other = openStore(path, 'read');
  expect(other.read.calls('')).toEqual([{ id: 'call', name: 'ces_status', at }]);
  other.close();
  one.close();
});
