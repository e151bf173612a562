import { chmodSync, existsSync, lstatSync } from 'node:fs';
import Database from 'better-sqlite3';
import { CesError } from '../errors.js';
import { MIGRATIONS } from './migrations/index.js';

export type Db = Database.Database;

/** SQLite's waiting is not fair: of many processes that write, one may wait until all others are done. */
const BUSY_TIMEOUT_MS = 60_000;

/** `write` makes what is not there yet; `update` writes what `init` made, and `read` only reads it. */
export type OpenMode = 'read' | 'write' | 'update';

/**
 * Opens `.ces/state.db`. For writing it is made (0600) and migrated; otherwise it must exist, and reading leaves no side
 * file. Refuses a link (`unsafe_state`), a file that is no database or holds nothing (`state_corrupt`), a newer version
 * (`state_newer`) and a place that can't be written (`state_unwritable`).
 */
export function openDatabase(path: string, mode: OpenMode): Db {
  refuseLinks(path);
  if (mode !== 'write' && !existsSync(path))
    throw new CesError('not_a_project', `${path} does not exist.`, 'Run: ces init');
  try {
    const db = new Database(path, { readonly: false, fileMustExist: mode !== 'write', timeout: BUSY_TIMEOUT_MS });
    try {
      configure(db, path, mode);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    throw explainDatabaseError(path, error);
  }
}

function configure(db: Db, path: string, mode: OpenMode): void {
  const version = Number(db.pragma('user_version', { simple: true }));
  if (version > MIGRATIONS.length)
    throw new CesError(
      'state_newer',
      `${path} has format ${version}; this version of CES knows ${MIGRATIONS.length}.`,
      'Upgrade CES: npm install -g controlled-execution-system',
    );
  // An empty file is a valid database of SQLite: what was cut to nothing must not be filled again as if it were new.
  if (mode !== 'write' && version === 0) throw emptyState(path);
  if (version === MIGRATIONS.length) refuseMissingTables(db, path);
  if (mode === 'read') {
    if (version < MIGRATIONS.length)
      throw new CesError(
        'state_corrupt',
        `${path} has format ${version}, older than this CES reads.`,
        'Run a command that may write, which upgrades it, such as: ces verify',
      );
    db.pragma('query_only = true');
    return;
  }
  chmodSync(path, 0o600);
  db.pragma('journal_mode = WAL');
  // On every open: SQLite as built here reopens a WAL database at NORMAL, which can lose an acknowledged commit.
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  if (version < MIGRATIONS.length) migrate(db);
}

// A table that somebody dropped is named at once, not by the first command that happens to need it.
function refuseMissingTables(db: Db, path: string): void {
  const missing = findSchemaChanges(db).filter((name) => name.startsWith('table ') && !readSchema(db).has(name));
  if (missing.length === 0) return;
  throw new CesError(
    'state_corrupt',
    `${path} has no ${missing.join(', ')}.`,
    'Keep it for inspection, and put .ces/ back from a copy.',
  );
}

/** Tables, indexes and triggers that are not as CES makes them; a planted trigger can swallow what is written. */
export function findSchemaChanges(db: Db): string[] {
  const found = readSchema(db);
  const expected = expectedSchema();
  return [...new Set([...found.keys(), ...expected.keys()])].filter((name) => found.get(name) !== expected.get(name));
}

function readSchema(db: Db): Map<string, string> {
  const rows = db
    .prepare<[], { type: string; name: string; sql: string }>(
      'SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL',
    )
    .all();
  return new Map(rows.map(({ type, name, sql }) => [`${type} ${name}`, sql]));
}

let expected: Map<string, string> | undefined;

function expectedSchema(): Map<string, string> {
  if (expected !== undefined) return expected;
  const db = new Database(':memory:');
  try {
    for (const sql of MIGRATIONS) db.exec(sql);
    expected = readSchema(db);
    return expected;
  } finally {
    db.close();
  }
}

function migrate(db: Db): void {
  db.transaction(() => {
    const version = Number(db.pragma('user_version', { simple: true }));
    for (const sql of MIGRATIONS.slice(version)) db.exec(sql);
    db.pragma(`user_version = ${MIGRATIONS.length}`);
  }).immediate();
}

function refuseLinks(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    const stat = lstatSync(file, { throwIfNoEntry: false });
    if (stat !== undefined && !stat.isFile())
      throw new CesError(
        'unsafe_state',
        `${file} is not an ordinary file.`,
        'Look at what put it there; remove it, then try again.',
      );
  }
}

/** The error for a state of a project that holds nothing: `init` was cut off, or somebody emptied it. */
export function emptyState(path: string): CesError {
  return new CesError(
    'state_corrupt',
    `${path} holds no project: \`ces init\` was cut off, or somebody emptied it.`,
    'Run: ces init. If work was done here, put .ces/ back from a copy instead, or give it up: ces uninstall --all',
  );
}

/** What SQLite said about the state at `path`, as one of our errors; everything else as it is. */
export function explainDatabaseError(path: string, error: unknown): unknown {
  if (error instanceof CesError || !(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (isDamage(code, error.message))
    return new CesError(
      'state_corrupt',
      `${path} is not a sound database.`,
      'Keep it for inspection (ces audit verify reads what can be read) and restore a copy.',
      error,
    );
  if (code.startsWith('SQLITE_BUSY'))
    return new CesError(
      'state_unwritable',
      `${path} was kept locked by other processes for ${BUSY_TIMEOUT_MS / 1000} s.`,
      'Try again; if it stays, look for a process that holds it: fuser .ces/state.db',
      error,
    );
  if (
    code.startsWith('SQLITE_CANTOPEN') ||
    code.startsWith('SQLITE_READONLY') ||
    code.startsWith('SQLITE_FULL') ||
    code.startsWith('SQLITE_PERM') ||
    code.startsWith('SQLITE_IOERR')
  )
    return new CesError(
      'state_unwritable',
      `${path} can't be read or written (${code}).`,
      'Check the folder, its permissions and the free space.',
      error,
    );
  return error;
}

// Damage inside a page that is still well formed shows as a table or a text that is not what was written.
function isDamage(code: string, message: string): boolean {
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT')) return true;
  return code === 'SQLITE_ERROR' && /^(no such (table|column)|malformed JSON)/.test(message);
}
