import { CesError } from '../errors.js';
import type { ManifestRow } from '../manifest/manifest.js';
import type { OperationContext } from '../ports.js';
import type { StoreReader } from '../store-port.js';
import { readLiving, transition } from './manifest-state.js';
import { findPending, type Pending, requireStillPending } from './pending.js';
import { witnessHead } from './witness-head.js';

/** Says no to what waits, or cancels the manifest. Needs no signature: a no widens nothing. Refuses (`not_found`) what does not wait. */
export async function reject(
  ctx: OperationContext,
  input: { id?: string; reason: string; cancel: boolean },
): Promise<{ id: string; kind: string; row: ManifestRow }> {
  if (input.reason.trim() === '')
    throw new CesError('usage', 'A rejection needs a reason: the agent is told it.', 'Run: ces reject --reason TEXT');
  const pending = input.cancel ? null : findPending(ctx, input.id);
  const target = pending ?? findForCancel(ctx, input.id);
  await witnessHead(ctx);
  const at = ctx.clock.now();
  const row = ctx.store.transact((tx) => {
    const current = pending === null ? requireRow(tx, target.row.id) : requireStill(tx, pending);
    tx.append(
      {
        type: 'decision.rejected',
        ...ctx.caller,
        summary: `${target.id}: ${input.cancel ? 'cancelled' : 'rejected'}`,
        body: { manifest_id: current.id, target: target.id, kind: target.kind, reason: input.reason },
      },
      at,
    );
    if (input.cancel) return transition(ctx, tx, current, 'cancelled', 'the operator', at);
    if (target.kind !== 'amendment') return transition(ctx, tx, current, 'rejected', 'the operator', at);
    tx.append(
      {
        type: 'amendment.decided',
        ...ctx.caller,
        summary: `${target.id}: refused`,
        body: { manifest_id: current.id, amendment_id: target.id, granted: false },
      },
      at,
    );
    return current;
  });
  await witnessHead(ctx);
  return { id: target.id, kind: target.kind, row };
}

function requireStill(tx: StoreReader, pending: Pending): ManifestRow {
  return requireStillPending(tx, pending, 'Look at it as it is: ces status');
}

function requireRow(tx: StoreReader, id: string): ManifestRow {
  const row = tx.manifest(id);
  if (row === null) throw new CesError('not_found', `${id} is gone.`, 'Run: ces audit verify');
  return row;
}

function findForCancel(ctx: OperationContext, id: string | undefined): { id: string; kind: string; row: ManifestRow } {
  const row = readLiving(ctx);
  if (row === null || (id !== undefined && id !== row.id))
    throw new CesError('not_found', `${id ?? 'No manifest'} is not active.`, 'Run: ces status');
  return { id: row.id, kind: 'manifest', row };
}
