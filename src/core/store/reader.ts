import type { Statement } from 'better-sqlite3';
import type { Gap, TimelineEvent } from '../delta/timeline.js';
import type { Head, LedgerRow } from '../ledger/chain.js';
import type { EntryType, LedgerEntry } from '../ledger/entry.js';
import type { ManifestRow } from '../manifest/manifest.js';
import type { LedgerFilter, RecordKind, SessionRow, StoredRecord, StoreReader, TimelineCall } from '../store-port.js';
import { type Db, findSchemaChanges } from './database.js';
import { parseEntry, parseManifestRow, parseRecord, parseSession } from './rows.js';

const RECENT = 1_000_000;

/** Reads the project's state. SQL stands beside its function. */
export class SqliteReader implements StoreReader {
  protected readonly db: Db;
  private readonly prepared = new Map<string, Statement<unknown[]>>();

  constructor(db: Db) {
    this.db = db;
  }

  /** A statement that is compiled once for this connection. */
  protected prepare(sql: string): Statement<unknown[]> {
    const known = this.prepared.get(sql) ?? this.db.prepare<unknown[]>(sql);
    this.prepared.set(sql, known);
    return known;
  }

  meta(key: string): string | null {
    const value = this.prepare('SELECT value FROM meta WHERE key = ?').pluck().get(key);
    return typeof value === 'string' ? value : null;
  }

  manifest(id: string): ManifestRow | null {
    const row = this.prepare(`${MANIFESTS} WHERE m.id = ?`).get(id);
    return row === undefined ? null : parseManifestRow(row);
  }

  manifests(): readonly ManifestRow[] {
    return this.prepare(`${MANIFESTS} ORDER BY m.number DESC`).all().map(parseManifestRow);
  }

  record(kind: RecordKind, id: string): StoredRecord | null {
    const row = this.prepare(`${RECORDS} WHERE kind = ? AND id = ?`).get(kind, id);
    return row === undefined ? null : parseRecord(row);
  }

  records(kind: RecordKind, manifestId?: string): readonly StoredRecord[] {
    const rows =
      manifestId === undefined
        ? this.prepare(`${RECORDS} WHERE kind = ? ORDER BY rowid`).all(kind)
        : this.prepare(`${RECORDS} WHERE kind = ? AND manifest_id = ? ORDER BY rowid`).all(kind, manifestId);
    return rows.map(parseRecord);
  }

  together<T>(work: () => T): T {
    return this.db.inTransaction ? work() : this.db.transaction(work).deferred();
  }

  namedRecords(): ReadonlySet<string> {
    const rows = this.db
      .prepare<[], string>(
        `SELECT json_extract(bytes, '$.body.record.kind') || ' ' || json_extract(bytes, '$.body.record.id') || ' ' ||
           json_extract(bytes, '$.body.record.digest')
         FROM ledger WHERE type IN (${NAMING_TYPES.map((type) => `'${type}'`).join(', ')})
           AND json_extract(bytes, '$.body.record') IS NOT NULL`,
      )
      .pluck()
      .all();
    return new Set(rows);
  }

  head(): Head | null {
    const row = this.db.prepare<[], Head>('SELECT sequence, hash FROM ledger ORDER BY sequence DESC LIMIT 1').get();
    return row ?? null;
  }

  schemaChanges(): readonly string[] {
    return findSchemaChanges(this.db);
  }

  hashAt(sequence: number): string | null {
    const hash = this.prepare('SELECT hash FROM ledger WHERE sequence = ?').pluck().get(sequence);
    return typeof hash === 'string' ? hash : null;
  }

  entries(filter: LedgerFilter): readonly (LedgerEntry & { hash: string })[] {
    const where: string[] = [];
    const values: string[] = [];
    const add = (clause: string, value: string | undefined): void => {
      if (value === undefined) return;
      where.push(clause);
      values.push(value);
    };
    add('at >= ?', filter.since);
    add('type = ?', filter.type);
    add('manifest_id = ?', filter.manifestId);
    const rows = this.db
      .prepare<unknown[], LedgerRow>(
        `SELECT sequence, bytes, hash FROM ledger ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`}
         ORDER BY sequence DESC LIMIT ?`,
      )
      .all(...values, filter.limit ?? RECENT);
    return rows.map((row) => ({ ...parseEntry(row.bytes), hash: row.hash })).reverse();
  }

  *ledgerRows(): Iterable<LedgerRow> {
    const page = this.db.prepare<[number], LedgerRow>(
      'SELECT sequence, bytes, hash FROM ledger WHERE sequence > ? ORDER BY sequence LIMIT 5000',
    );
    for (let after = Number.MIN_SAFE_INTEGER; ; ) {
      const rows = page.all(after);
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.sequence;
    }
  }

  session(id: string): SessionRow | null {
    const row = this.prepare('SELECT * FROM sessions WHERE id = ?').get(id);
    return row === undefined ? null : parseSession(row);
  }

  sessions(): readonly SessionRow[] {
    return this.prepare('SELECT * FROM sessions ORDER BY started_at DESC, rowid DESC').all().map(parseSession);
  }

  events(since: string): readonly TimelineEvent[] {
    return this.timeline<TimelineEvent>('event', since);
  }

  gaps(since: string): readonly Gap[] {
    // A gap counts when any part of it lies after `since`.
    return this.timeline<Gap>('gap', '').filter((gap) => gap.to === null || gap.to >= since);
  }

  sessionGaps(): readonly { readonly session: string; readonly gap: Gap }[] {
    return this.db
      .prepare<[], { session: string; body: string }>(
        "SELECT session, body FROM timeline WHERE kind = 'gap' ORDER BY at, id",
      )
      .all()
      .map(({ session, body }) => ({ session, gap: JSON.parse(body) }));
  }

  calls(since: string): readonly TimelineCall[] {
    return this.timeline<TimelineCall>('call', since);
  }

  private timeline<T>(kind: 'event' | 'gap' | 'call', since: string): T[] {
    const rows = this.db
      .prepare<[string, string], string>('SELECT body FROM timeline WHERE kind = ? AND at >= ? ORDER BY at, id')
      .pluck()
      .all(kind, since);
    return rows.map((body) => JSON.parse(body));
  }
}

/** Entries that name a record. */
const NAMING_TYPES: readonly EntryType[] = [
  'manifest.proposed',
  'amendment.requested',
  'amendment.decided',
  'evidence.submitted',
  'run.finished',
  'claim.judged',
  'decision.signed',
  'blocked.reported',
];
const RECORDS = 'SELECT kind, id, manifest_id, at, body, digest FROM records';
const MANIFESTS = `SELECT m.id, m.version, m.digest, m.state, m.retries_left, m.updated_at, r.body
  FROM manifests m JOIN records r ON r.kind = 'manifest' AND r.id = m.id || '@' || m.version`;
