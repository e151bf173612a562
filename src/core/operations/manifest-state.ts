import { CesError } from '../errors.js';
import { assertTransition, FINAL_STATES } from '../manifest/lifecycle.js';
import { MANIFEST_STATES, type ManifestRow, type ManifestState } from '../manifest/manifest.js';
import type { OperationContext } from '../ports.js';
import type { StoreReader, StoreWriter } from '../store-port.js';

/** Moves a manifest to another state, with its ledger entry, inside the caller's transaction. */
export function transition(
  ctx: OperationContext,
  tx: StoreWriter,
  row: ManifestRow,
  to: ManifestState,
  why: string,
  at: string,
  changes: { retriesLeft?: number } = {},
): ManifestRow {
  assertTransition(row.id, row.state, to);
  const next: ManifestRow = { ...row, ...changes, state: to, updatedAt: at };
  tx.saveManifest(next);
  tx.append(
    {
      type: 'manifest.transition',
      ...ctx.caller,
      summary: `${row.id}: ${row.state} → ${to} (${why})`,
      body: { manifest_id: row.id, from: row.state, to, why, retries_left: next.retriesLeft, digest: row.digest },
    },
    at,
  );
  return next;
}

/**
 * The manifest that is neither approved, expired nor cancelled; null where there is none. Refuses (`state_corrupt`) when
 * the newest row is not where the ledger left it: somebody wrote it by another way.
 */
export function findLiving(reader: StoreReader): ManifestRow | null {
  const { rows, problem } = reader.together(() => {
    const [newest, ...older] = reader.manifests();
    if (newest === undefined) return { rows: [], problem: null };
    return { rows: [newest, ...older], problem: findForgery(reader, newest) };
  });
  if (problem !== null) throw new CesError('state_corrupt', problem, 'Run: ces audit verify');
  return rows.find((row) => !FINAL_STATES.includes(row.state)) ?? null;
}

/** As `findLiving`, but what is past its time is not living; writes nothing. */
export function peekLiving(ctx: OperationContext): ManifestRow | null {
  const row = findLiving(ctx.store.read);
  return row === null || isPast(row, ctx.clock.now()) ? null : row;
}

/** The row as it counts now: one that is living by the ledger and past its time is expired. */
export function asOfNow(row: ManifestRow, now: string): ManifestRow {
  return !FINAL_STATES.includes(row.state) && isPast(row, now) ? { ...row, state: 'expired' } : row;
}

function isPast(row: ManifestRow, now: string): boolean {
  return row.manifest.expires_at <= now;
}

/** The state in which the ledger left a manifest; a row that somebody wrote may say another. */
export function ledgerStateOf(reader: StoreReader, id: string): ManifestState {
  const last = reader.entries({ type: 'manifest.transition', manifestId: id, limit: 1 })[0];
  return MANIFEST_STATES.find((state) => state === last?.body.to) ?? 'proposed';
}

/** What is wrong with a manifest's row, held against the ledger's last word about it; null where they agree. */
export function findForgery(reader: StoreReader, row: ManifestRow): string | null {
  const state = ledgerStateOf(reader, row.id);
  if (state !== row.state)
    return `${row.id} says it is ${row.state}, but the ledger left it ${state}: the row was written by hand.`;
  const retries = ledgerRetriesOf(reader, row);
  if (retries !== row.retriesLeft)
    return `${row.id} says it has ${row.retriesLeft} retries left, but the ledger left it ${retries}: the row was written by hand.`;
  const named = [
    ...reader.entries({ type: 'manifest.proposed', manifestId: row.id }),
    ...reader.entries({ type: 'amendment.decided', manifestId: row.id }),
  ].flatMap(({ body }) => (isRecord(body.record) ? [body.record.digest] : []));
  return named.at(-1) === row.digest
    ? null
    : `${row.id} has a body that is not the ledger's last: it was written by hand.`;
}

// A refused claim spends a retry, unless it was asked again for want of an answer; where the state does not change with
// it, it is the only entry that says so.
function ledgerRetriesOf(reader: StoreReader, row: ManifestRow): number {
  const last = reader.entries({ type: 'manifest.transition', manifestId: row.id, limit: 1 })[0];
  const start = last === undefined ? row.manifest.max_retries : Number(last.body.retries_left);
  const refused = reader
    .entries({ type: 'claim.judged', manifestId: row.id })
    .filter(({ sequence, body }) => sequence > (last?.sequence ?? 0) && body.accepted === false)
    .filter(({ body }) => body.repeats_unanswered !== true);
  return start - refused.length;
}

function isRecord(value: unknown): value is { digest?: unknown } {
  return typeof value === 'object' && value !== null;
}

/** As `findLiving`, after ending what is past its time. */
export function readLiving(ctx: OperationContext): ManifestRow | null {
  const row = findLiving(ctx.store.read);
  const now = ctx.clock.now();
  if (row === null || !isPast(row, now)) return row;
  ctx.store.transact((tx) => {
    const current = tx.manifest(row.id);
    if (current !== null && asOfNow(current, now).state !== current.state)
      transition(ctx, tx, current, 'expired', 'its time is over', now);
  });
  return null;
}

/** The living manifest, which must have this id where one is given; refuses (`no_active_manifest`) otherwise. */
export function requireLiving(ctx: OperationContext, id?: string): ManifestRow {
  const row = readLiving(ctx);
  if (row === null)
    throw new CesError(
      'no_active_manifest',
      id === undefined ? 'There is no manifest.' : `Manifest ${id} is not active, and no other is.`,
      'Call ces_manifest with an objective first.',
    );
  if (id !== undefined && id !== row.id)
    throw new CesError(
      'no_active_manifest',
      `${id} is not the active manifest; ${row.id} is.`,
      `Use manifest_id ${row.id}, or leave it out.`,
    );
  return row;
}

/** Refuses (`illegal_transition`) when the manifest is in none of these states. */
export function requireState(row: ManifestRow, states: readonly ManifestState[], forWhat: string): void {
  if (states.includes(row.state)) return;
  throw new CesError(
    'illegal_transition',
    `Manifest ${row.id} is ${row.state}; ${forWhat} needs it ${states.join(' or ')}.`,
    'Call ces_status to see what it waits for.',
  );
}
