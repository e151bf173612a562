import { type JudgedClaim, judgedClaimSchema } from '../claim/judged-claim.js';
import { CesError } from '../errors.js';
import { type Evidence, evidenceSchema } from '../evidence/evidence.js';
import { digestOf } from '../ledger/entry.js';
import type { RecordKind, StoredRecord, StoreReader } from '../store-port.js';
import type { VerificationRun } from '../verification/run.js';
import { runSchema } from '../verification/run-schema.js';

/**
 * Bodies of records, each one still what its digest says and named by the ledger with that digest: a row that somebody
 * else put there, or changed, counts for nothing. Refuses (`state_corrupt`) such a row.
 */
function trusted(reader: StoreReader, kind: RecordKind, manifestId: string | null): readonly StoredRecord[] {
  const records = manifestId === null ? reader.records(kind) : reader.records(kind, manifestId);
  if (records.length === 0) return records;
  const named = reader.namedRecords();
  for (const record of records) {
    if (!named.has(`${kind} ${record.id} ${digestOf(record.body)}`))
      throw new CesError(
        'state_corrupt',
        `${kind} ${record.id} is not as the ledger recorded it.`,
        'Run: ces audit verify',
      );
  }
  return records;
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
