import { CesError } from '../errors.js';
import type { ManifestRow } from '../manifest/manifest.js';
import type { OperationContext } from '../ports.js';
import type { StoreReader } from '../store-port.js';
import { type AmendmentBody, amendmentBody } from './amend-manifest.js';
import { peekLiving } from './manifest-state.js';
import { whyBlocked } from './why-blocked.js';

/** Something that waits for the operator's word. */
export type Pending =
  | { readonly kind: 'manifest'; readonly id: string; readonly row: ManifestRow; readonly summary: string }
  | {
      readonly kind: 'amendment';
      readonly id: string;
      readonly row: ManifestRow;
      readonly amendment: AmendmentBody;
      readonly summary: string;
    }
  | { readonly kind: 'change'; readonly id: string; readonly row: ManifestRow; readonly summary: string };

/** Everything that waits, first what keeps the agent waiting. Writes nothing. */
export function listPending(ctx: OperationContext): Pending[] {
  const row = peekLiving(ctx);
  if (row === null) return [];
  const found: Pending[] = [];
  const decided = decidedAmendments(ctx.store.read);
  for (const record of ctx.store.read.records('amendment', row.id)) {
    const amendment = amendmentBody(record.body);
    if (amendment === null || decided.has(record.id)) continue;
    const wish = [...amendment.scope, ...amendment.acceptance_criteria].join(', ');
    found.push({ kind: 'amendment', id: record.id, row, amendment, summary: `widen ${row.id} by ${wish}` });
  }
  if (row.state === 'proposed')
    found.push({ kind: 'manifest', id: row.id, row, summary: `authorize: ${row.manifest.objective}` });
  if (row.state === 'under_review' || row.state === 'blocked')
    found.push({
      kind: 'change',
      id: row.id,
      row,
      summary: row.state === 'blocked' ? `blocked: ${whyBlocked(ctx, row)}` : `finished: ${row.manifest.objective}`,
    });
  return found;
}

/** What `ces approve [ID]` is about; refuses (`not_found`) when nothing of that id waits. */
export function findPending(ctx: OperationContext, id: string | undefined): Pending {
  const waiting = listPending(ctx);
  const chosen =
    id === undefined
      ? waiting[0]
      : waiting.find(
          (item) => item.id === id || (id.startsWith('M-') && item.kind !== 'amendment' && item.row.id === id),
        );
  if (chosen !== undefined) return chosen;
  const others = waiting.map((item) => `${item.id} (${item.kind})`).join(', ');
  throw new CesError(
    'not_found',
    id === undefined ? 'Nothing waits for a decision.' : `${id} does not wait for a decision.`,
    others === '' ? 'Run: ces status' : `These do: ${others}.`,
  );
}

/**
 * The row of what was shown, inside the transaction that decides on it. Refuses (`conflict`) when somebody else decided
 * first, or the manifest is not where it was when the operator looked.
 */
export function requireStillPending(tx: StoreReader, seen: Pending, again: string): ManifestRow {
  const row = tx.manifest(seen.row.id);
  if (row === null || row.state !== seen.row.state || row.version !== seen.row.version)
    throw new CesError(
      'conflict',
      row?.state === seen.row.state
        ? `${seen.row.id} is version ${row.version} now; it was version ${seen.row.version} when it was shown.`
        : `${seen.row.id} is ${row?.state ?? 'gone'} now; it was ${seen.row.state} when it was shown.`,
      again,
    );
  if (seen.kind === 'amendment' && decidedAmendments(tx).has(seen.id))
    throw new CesError('conflict', `${seen.id} was decided meanwhile.`, again);
  return row;
}

function decidedAmendments(reader: StoreReader): ReadonlySet<unknown> {
  return new Set(reader.entries({ type: 'amendment.decided' }).map((entry) => entry.body.amendment_id));
}
