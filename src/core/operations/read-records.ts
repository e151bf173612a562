import { type JudgedClaim, judgedClaimSchema } from '../claim/judged-claim.js';
import { CesError } from '../errors.js';
import { type Evidence, evidenceSchema } from '../evidence/evidence.js';
import { digestOf, type EntryType } from '../ledger/entry.js';
import type { StoredRecord, StoreReader } from '../store-port.js';
import type { VerificationRun } from '../verification/run.js';
import { runSchema } from '../verification/run-schema.js';

/**
 * Bodies of records, each one still what its digest says and named by the ledger with that digest: a row that somebody
 * else put there, or changed, counts for nothing. Refuses (`state_corrupt`) such a row.
 */
function trusted(reader: StoreReader, kind: keyof typeof NAMED_BY, manifestId: string | null): readonly StoredRecord[] {
  const records = manifestId === null ? reader.records(kind) : reader.records(kind, manifestId);
  if (records.length === 0) return records;
  const named = new Set(
    reader
      .entries({ type: NAMED_BY[kind], ...(manifestId === null ? {} : { manifestId }) })
      .map((entry) => recordKey(entry.body.record)),
  );
  for (const record of records) {
    const key = recordKey({ kind: record.kind, id: record.id, digest: digestOf(record.body) });
    if (!named.has(key))
      throw new CesError(
        'state_corrupt',
        `${kind} ${record.id} is not as the ledger recorded it.`,
        'Run: ces audit verify',
      );
  }
  return records;
}

const NAMED_BY: Readonly<Record<'evidence' | 'run' | 'claim', EntryType>> = {
  evidence: 'evidence.submitted',
  run: 'run.finished',
  claim: 'claim.judged',
};

function recordKey(record: unknown): string {
  if (typeof record !== 'object' || record === null) return '';
  const { kind, id, digest }: { kind?: unknown; id?: unknown; digest?: unknown } = record;
  return `${String(kind)} ${String(id)} ${String(digest)}`;
}

/** Evidence of a manifest, oldest first. Refuses (`state_corrupt`) what was changed. */
export function evidenceOf(reader: StoreReader, manifestId: string): Evidence[] {
  return trusted(reader, 'evidence', manifestId).map((record) => evidenceSchema.parse(record.body));
}

/** Finished runs of a manifest, or of the project where it is null; oldest first. Refuses (`state_corrupt`) what was changed. */
export function runsOf(reader: StoreReader, manifestId: string | null): VerificationRun[] {
  return trusted(reader, 'run', manifestId).map((record) => runSchema.parse(record.body));
}

/** Judged claims of a manifest, oldest first. Refuses (`state_corrupt`) what was changed. */
export function claimsOf(reader: StoreReader, manifestId: string): JudgedClaim[] {
  return trusted(reader, 'claim', manifestId).map((record) => judgedClaimSchema.parse(record.body));
}
