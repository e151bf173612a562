import { createHash } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';

export interface ProjectState {
  readonly head: { readonly sequence: number; readonly hash: string };
  /** SHA-256 over every row of a table, by table. */
  readonly tables: Readonly<Record<string, string>>;
}

/**
 * All that a call may have changed in `.ces/state.db`. Left out is what says only that a server lives and was called: the
 * sign of life of its session, and the timeline, whose marks are the posts between which changes fall.
 */
export function readState(root: string): ProjectState {
  return withDatabase(root, (db) => {
    const tables = ['meta', 'ledger', 'records', 'manifests'];
    const digests = tables.map((name) => [name, digestOfRows(db.prepare(`SELECT * FROM ${name} ORDER BY 1, 2`).all())]);
    const head = db.prepare<[], { sequence: number; hash: string }>(
      'SELECT sequence, hash FROM ledger ORDER BY sequence DESC LIMIT 1',
    );
    return { head: head.get() ?? { sequence: 0, hash: '' }, tables: Object.fromEntries(digests) };
  });
}

/** Opens the project's database past CES, as whoever has the file can. */
export function withDatabase<T>(root: string, work: (db: Database.Database) => T): T {
  const db = new Database(join(root, '.ces', 'state.db'), { timeout: 10_000 });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

function digestOfRows(rows: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
}
