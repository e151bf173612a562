import { createFinding, type Finding } from '../claim/finding.js';
import { digestOf } from '../ledger/entry.js';
import type { OperationContext } from '../ports.js';
import type { RecordKind, StoreReader } from '../store-port.js';
import { findForgery } from './manifest-state.js';

const RECORD_KINDS: readonly RecordKind[] = [
  'manifest',
  'amendment',
  'evidence',
  'run',
  'claim',
  'decision',
  'blocked',
];

/** Rows that are not where the ledger left them, and records that it does not name as they are. Reads every record. */
export function findForgedRows({ store: { read } }: OperationContext): Finding[] {
  return read.together(() => compareRows(read));
}

function compareRows(read: StoreReader): Finding[] {
  const named = read.namedRecords();
  const findings: Finding[] = read
    .schemaChanges()
    .map((name) =>
      forged(name, `The database's ${name} is not as CES makes it: it can hide or swallow what is recorded.`),
    );
  for (const row of read.manifests()) {
    const problem = findForgery(read, row);
    if (problem !== null) findings.push(forged(row.id, problem));
  }
  for (const kind of RECORD_KINDS) {
    for (const record of read.records(kind)) {
      const digest = digestOf(record.body);
      if (digest !== record.digest || !named.has(`${kind} ${record.id} ${digest}`))
        findings.push(forged(record.id, `${kind} ${record.id} is not as the ledger recorded it.`));
    }
  }
  return findings;
}

/** A finding about state that somebody wrote by another way than CES. */
export function forged(about: string, message: string): Finding {
  return createFinding({
    kind: 'governance_tamper',
    severity: 'critical',
    message,
    fix: 'Run: ces audit verify. Trust nothing that came after; keep .ces/state.db to look into it.',
    check: about,
  });
}
