import { CesError } from '../errors.js';
import { digestOf, type LedgerEntry } from '../ledger/entry.js';
import { MANIFEST_STATES, type ManifestRow, manifestSchema } from '../manifest/manifest.js';
import type { RecordKind, SessionRow, StoredRecord } from '../store-port.js';

const RECORD_KINDS: readonly RecordKind[] = [
  'manifest',
  'amendment',
  'evidence',
  'run',
  'claim',
  'decision',
  'blocked',
];

type Row = Record<string, unknown>;

/** A manifest's row with its body; refuses (`state_corrupt`) a body that is not what its digest says. */
export function parseManifestRow(raw: unknown): ManifestRow {
  const row = asRow(raw);
  const manifest = manifestSchema.safeParse(JSON.parse(text(row, 'body')));
  const state = MANIFEST_STATES.find((name) => name === row.state);
  if (!manifest.success || state === undefined || digestOf(manifest.data) !== row.digest)
    throw new CesError(
      'state_corrupt',
      `Manifest ${text(row, 'id')} is not as it was recorded.`,
      'Run: ces audit verify',
    );
  return {
    id: text(row, 'id'),
    version: Number(row.version),
    digest: text(row, 'digest'),
    state,
    retriesLeft: Number(row.retries_left),
    updatedAt: text(row, 'updated_at'),
    manifest: manifest.data,
  };
}

/** A record; its body is given back as stored, whether or not it still has its digest: `audit verify` compares. */
export function parseRecord(raw: unknown): StoredRecord {
  const row = asRow(raw);
  const kind = RECORD_KINDS.find((name) => name === row.kind);
  if (kind === undefined)
    throw new CesError('state_corrupt', `A record has the unknown kind ${String(row.kind)}.`, 'Run: ces audit verify');
  return {
    kind,
    id: text(row, 'id'),
    manifestId: optionalText(row, 'manifest_id'),
    at: text(row, 'at'),
    body: JSON.parse(text(row, 'body')),
    digest: text(row, 'digest'),
  };
}

export function parseSession(raw: unknown): SessionRow {
  const row = asRow(raw);
  return {
    id: text(row, 'id'),
    pid: Number(row.pid),
    client: optionalText(row, 'client'),
    startedAt: text(row, 'started_at'),
    heartbeatAt: text(row, 'heartbeat_at'),
    endedAt: optionalText(row, 'ended_at'),
  };
}

export function parseEntry(bytes: string): LedgerEntry {
  return JSON.parse(bytes);
}

function asRow(raw: unknown): Row {
  if (typeof raw !== 'object' || raw === null) throw new TypeError('A row of the database is an object.');
  return { ...raw };
}

function text(row: Row, key: string): string {
  const value = row[key];
  if (typeof value !== 'string')
    throw new CesError('state_corrupt', `A stored ${key} is not text.`, 'Run: ces audit verify');
  return value;
}

function optionalText(row: Row, key: string): string | null {
  return row[key] === null ? null : text(row, key);
}
