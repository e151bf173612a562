import type { Gap, TimelineEvent } from '../delta/timeline.js';
import { CesError } from '../errors.js';
import type { Head } from '../ledger/chain.js';
import { digestOf, type EntryInput, encodeEntry, GENESIS, hashEntry } from '../ledger/entry.js';
import type { ManifestRow } from '../manifest/manifest.js';
import type { ForgottenEvents, SessionRow, Store, StoredRecord, StoreWriter, TimelineCall } from '../store-port.js';
import { type Db, type OpenMode, openDatabase } from './database.js';
import { explainReads, explainStateError } from './explain-reads.js';
import { SqliteReader } from './reader.js';
import { addEvents, forgetTimeline } from './timeline-rows.js';

class SqliteWriter extends SqliteReader implements StoreWriter {
  setMeta(key: string, value: string): void {
    this.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value').run(
      key,
      value,
    );
  }

  saveManifest(row: ManifestRow): void {
    this.prepare(
      `INSERT INTO manifests (id, number, version, digest, state, retries_left, updated_at)
         VALUES (@id, (SELECT coalesce(max(number), 0) + 1 FROM manifests), @version, @digest, @state, @retriesLeft, @updatedAt)
         ON CONFLICT (id) DO UPDATE SET version = excluded.version, digest = excluded.digest, state = excluded.state,
           retries_left = excluded.retries_left, updated_at = excluded.updated_at`,
    ).run({ ...row, manifest: undefined });
  }

  putRecord(record: Omit<StoredRecord, 'digest'>): string {
    const digest = digestOf(record.body);
    if (this.record(record.kind, record.id) !== null)
      throw new CesError('conflict', `${record.kind} ${record.id} exists already.`, 'Try again.');
    this.prepare('INSERT INTO records (kind, id, manifest_id, at, body, digest) VALUES (?, ?, ?, ?, ?, ?)').run(
      record.kind,
      record.id,
      record.manifestId,
      record.at,
      JSON.stringify(record.body),
      digest,
    );
    return digest;
  }

  append(entry: EntryInput, at: string): Head {
    const last = this.head();
    const sequence = (last?.sequence ?? 0) + 1;
    const bytes = encodeEntry({ ...entry, v: 1, sequence, previous: last?.hash ?? GENESIS, at });
    const hash = hashEntry(bytes);
    this.prepare('INSERT INTO ledger (sequence, bytes, hash) VALUES (?, ?, ?)').run(sequence, bytes, hash);
    return { sequence, hash };
  }

  saveSession(row: SessionRow): void {
    this.prepare(
      `INSERT INTO sessions VALUES (@id, @pid, @client, @startedAt, @heartbeatAt, @endedAt)
         ON CONFLICT (id) DO UPDATE SET client = excluded.client, heartbeat_at = excluded.heartbeat_at, ended_at = excluded.ended_at`,
    ).run(row);
  }

  addEvents(session: string, events: readonly TimelineEvent[]): void {
    addEvents((sql) => this.prepare(sql), session, events);
  }

  forgetTimeline(limits: { before: string; maxEvents: number }): readonly ForgottenEvents[] {
    return forgetTimeline((sql) => this.prepare(sql), limits);
  }

  saveGap(session: string, gap: Gap): void {
    this.addRow(session, 'gap', gap.from, `${gap.kind}@${gap.from}@${gap.detail}`, gap);
  }

  addCall(session: string, call: TimelineCall): void {
    this.addRow(session, 'call', call.at, call.id, call);
  }

  private addRow(session: string, kind: string, at: string, key: string, body: unknown): void {
    this.prepare(
      `INSERT INTO timeline (session, kind, at, key, body) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (session, kind, key) WHERE key IS NOT NULL DO UPDATE SET body = excluded.body`,
    ).run(session, kind, at, key, JSON.stringify(body));
  }
}

class SqliteStore implements Store {
  readonly read: SqliteReader;
  private readonly writer: SqliteWriter;
  private readonly db: Db;

  constructor(db: Db) {
    this.db = db;
    this.read = explainReads(new SqliteReader(db), db.name);
    this.writer = new SqliteWriter(db);
  }

  transact<T>(work: (tx: StoreWriter) => T): T {
    // Immediate: a read that later becomes a write fails at once when another process wrote in between.
    try {
      return this.db.transaction(() => work(this.writer)).immediate();
    } catch (error) {
      throw explainStateError(this.db.name, error);
    }
  }

  transactLazily<T>(work: (tx: StoreWriter) => T): T {
    this.db.pragma('synchronous = NORMAL');
    try {
      return this.transact(work);
    } finally {
      this.db.pragma('synchronous = FULL');
    }
  }

  close(): void {
    this.db.close();
  }
}

/** Opens the state of a project; see `openDatabase` for what it refuses. */
export function openStore(path: string, mode: OpenMode): Store {
  return new SqliteStore(openDatabase(path, mode));
}
