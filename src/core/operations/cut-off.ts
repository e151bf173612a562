import type { JudgedClaim } from '../claim/judged-claim.js';
import type { LedgerEntry } from '../ledger/entry.js';
import type { OperationContext } from '../ports.js';
import type { SessionRow, StoreReader, StoreWriter } from '../store-port.js';
import { transition } from './manifest-state.js';
import { claimsOf } from './read-records.js';

/**
 * Ends a session whose process is gone, inside the caller's transaction: from its last sign of life nobody watched, its
 * runs came to nothing, and no manifest waits for them.
 */
export function endCutOff(ctx: OperationContext, tx: StoreWriter, session: SessionRow, at: string): void {
  const runs = unfinishedRuns(tx, session);
  tx.saveSession({ ...session, endedAt: at });
  tx.saveGap(session.id, {
    kind: 'killed',
    from: session.heartbeatAt,
    to: null,
    detail: `the server of session ${session.id} was gone`,
  });
  tx.append(
    {
      type: 'session.ended',
      ...ctx.caller,
      summary: `${session.id} was cut off`,
      body: {
        session_id: session.id,
        last_seen: session.heartbeatAt,
        runs: runs.map((entry) => String(entry.body.run_id)),
      },
    },
    at,
  );
  for (const { body } of runs) {
    const row = typeof body.manifest_id === 'string' ? tx.manifest(body.manifest_id) : null;
    if (row?.state === 'verifying') transition(ctx, tx, row, 'in_progress', `${String(body.run_id)} was cut off`, at);
  }
}

/**
 * True for a claim that says again, of the same files and run, what the newest claim said to a session that was cut off:
 * the answer may never have arrived, and asking for it again costs nothing.
 */
export function repeatsUnanswered(reader: StoreReader, claim: JudgedClaim): boolean {
  const last = claimsOf(reader, claim.manifest_id).at(-1);
  const entry = reader.entries({ type: 'claim.judged', manifestId: claim.manifest_id, limit: 1 })[0];
  if (last === undefined || entry === undefined) return false;
  const same =
    last.claim_digest === claim.claim_digest &&
    last.candidate_tree === claim.candidate_tree &&
    last.run_id === claim.run_id;
  return same && wasCutOff(reader, entry);
}

function wasCutOff(reader: StoreReader, entry: LedgerEntry): boolean {
  return reader
    .entries({ type: 'session.ended' })
    .some(({ body }) => body.session_id === entry.session && body.last_seen !== undefined);
}

// By session and not by time: the clock may have been set back since it began.
function unfinishedRuns(reader: StoreReader, { id }: SessionRow): readonly LedgerEntry[] {
  const started = reader
    .entries({ type: 'run.started' })
    .filter((entry) => entry.session === id && typeof entry.body.run_id === 'string');
  return started.filter(({ body }) => reader.record('run', String(body.run_id)) === null);
}
