import type { Gap, TimelineEvent } from './delta/timeline.js';
import type { Head, LedgerRow } from './ledger/chain.js';
import type { EntryInput, EntryType, LedgerEntry } from './ledger/entry.js';
import type { ManifestRow } from './manifest/manifest.js';

export type RecordKind = 'manifest' | 'amendment' | 'evidence' | 'run' | 'claim' | 'decision' | 'blocked';

/** A body that never changes once it is written; the ledger names it by kind, id and digest. */
export interface StoredRecord {
  readonly kind: RecordKind;
  readonly id: string;
  readonly manifestId: string | null;
  readonly at: string;
  readonly body: unknown;
  readonly digest: string;
}

/** A call of one of CES's own tools or commands: the posts between which changes fall. */
export interface TimelineCall {
  readonly id: string;
  readonly name: string;
  readonly at: string;
}

export interface ForgottenEvents {
  readonly session: string;
  readonly from: string;
  readonly to: string;
}

export interface SessionRow {
  readonly id: string;
  readonly pid: number;
  readonly client: string | null;
  readonly startedAt: string;
  readonly heartbeatAt: string;
  readonly endedAt: string | null;
}

export interface LedgerFilter {
  /** Newest so many. */
  readonly limit?: number;
  /** ISO 8601: entries at or after. */
  readonly since?: string;
  readonly type?: EntryType;
  readonly manifestId?: string;
}

/** Reads of one state of the project. A reader can't write. */
export interface StoreReader {
  meta(key: string): string | null;
  manifest(id: string): ManifestRow | null;
  /** Newest first. */
  manifests(): readonly ManifestRow[];
  record(kind: RecordKind, id: string): StoredRecord | null;
  /** Oldest first. */
  records(kind: RecordKind, manifestId?: string): readonly StoredRecord[];
  /** Lets `work` read everything as of one moment, whatever other processes write meanwhile. */
  together<T>(work: () => T): T;
  /** Every record that the ledger names, as `kind id digest`. */
  namedRecords(): ReadonlySet<string>;
  /** Tables, indexes and triggers that are not as CES makes them. */
  schemaChanges(): readonly string[];
  head(): Head | null;
  /** Hash of the entry of this number, or null. */
  hashAt(sequence: number): string | null;
  entries(filter: LedgerFilter): readonly (LedgerEntry & { hash: string })[];
  ledgerRows(): Iterable<LedgerRow>;
  session(id: string): SessionRow | null;
  /** Newest first. */
  sessions(): readonly SessionRow[];
  events(since: string): readonly TimelineEvent[];
  gaps(since: string): readonly Gap[];
  /** Every gap that is kept, oldest first, with the session whose watcher it is of. */
  sessionGaps(): readonly { readonly session: string; readonly gap: Gap }[];
  calls(since: string): readonly TimelineCall[];
}

/** Writes, inside one immediate transaction. Every change of state appends its ledger entry here. */
export interface StoreWriter extends StoreReader {
  setMeta(key: string, value: string): void;
  saveManifest(row: ManifestRow): void;
  /** Writes a record once and returns its digest; refuses (`conflict`) an id that is taken. */
  putRecord(record: Omit<StoredRecord, 'digest'>): string;
  append(entry: EntryInput, at: string): Head;
  saveSession(row: SessionRow): void;
  /** Keeps, of each path between two calls, the first event and the last. */
  addEvents(session: string, events: readonly TimelineEvent[]): void;
  /** Drops what is over before `before`; and where more than `maxEvents` are left, the oldest: it answers the times of those. */
  forgetTimeline(limits: { before: string; maxEvents: number }): readonly ForgottenEvents[];
  saveGap(session: string, gap: Gap): void;
  addCall(session: string, call: TimelineCall): void;
}

export interface Store {
  readonly read: StoreReader;
  /** Runs `work` in one immediate transaction; what it threw is thrown again and nothing is written. */
  transact<T>(work: (tx: StoreWriter) => T): T;
  /** As `transact`, for what nobody is told is kept: it survives the process, and a power cut only once a later `transact` is done. */
  transactLazily<T>(work: (tx: StoreWriter) => T): T;
  close(): void;
}
