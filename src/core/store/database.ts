import { chmodSync, existsSync, lstatSync } from 'node:fs';
import Database from 'better-sqlite3';
import { CesError } from '../errors.js';
import { MIGRATIONS } from './migrations/index.js';

export type Db = Database.Database;

/** SQLite's waiting is not fair: of many processes that write, one may wait until all others are done. */
const BUSY_TIMEOUT_MS = 60_000;

/**
 * Opens `.ces/state.db`. For writing it is made (0600) and migrated; for reading it must exist, and no side file is left.
 * Refuses a link (`unsafe_state`), a file that is no database (`state_corrupt`), a newer version (`state_newer`) and a
 * place that can't be written (`state_unwritable`).
 */
export function openDatabase(path: string, mode: 'read' | 'write'): Db {
  refuseLinks(path);
  if (mode === 'read' && !existsSync(path))
    throw new CesError('not_a_project', `${path} does not exist.`, 'Run: ces init');
  try {
    const db = new Database(path, { readonly: false, fileMustExist: mode === 'read', timeout: BUSY_TIMEOUT_MS });
    try {
      configure(db, path, mode);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    throw explain(path, error);
  }
}

function configure(db: Db, path: string, mode: 'read' | 'write'): void {
  const version = Number(db.pragma('user_version', { simple: true }));
  if (version > MIGRATIONS.length)
    throw new CesError(
      'state_newer',
      `${path} has format ${version}; this version of CES knows ${MIGRATIONS.length}.`,
      'Upgrade CES: npm install -g controlled-execution-system',
    );
  if (mode === 'read') {
    if (version < MIGRATIONS.length)
      throw new CesError(
        'state_corrupt',
        `${path} has format ${version}, older than this CES reads.`,
        'Run: ces status --reconcile',
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

/** An error of SQLite as one of ours, where it says something about the file at `path`; any other as it is. */
export function explain(path: string, error: unknown): unknown {
  if (error instanceof CesError || !(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT'))
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
    code.startsWith('SQLITE_IOERR')
  )
    return new CesError(
      'state_unwritable',
      `${path} can't be opened or written (${code}).`,
      'Check the folder, its permissions and the free space.',
      error,
    );
  return error;
}
