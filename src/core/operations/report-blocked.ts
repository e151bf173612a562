import type { OperationContext } from '../ports.js';
import { readLiving, transition } from './manifest-state.js';

/** Records that the agent can't go on, and why; the manifest, if there is one in work, waits `blocked` for the operator. */
export function reportBlocked(
  ctx: OperationContext,
  input: { manifest_id?: string; reason: string; needs: string },
): { state: string; next: string } {
  const living = readLiving(ctx);
  const row = input.manifest_id === undefined || living?.id === input.manifest_id ? living : null;
  const at = ctx.clock.now();
  const id = ctx.ids.create('E');
  const state = ctx.store.transact((tx) => {
    const body = { id, manifest_id: row?.id ?? null, reason: input.reason, needs: input.needs };
    const digest = tx.putRecord({ kind: 'blocked', id, manifestId: row?.id ?? null, at, body });
    tx.append(
      {
        type: 'blocked.reported',
        ...ctx.caller,
        summary: `${row?.id ?? 'no manifest'}: the agent reports itself blocked`,
        body: { manifest_id: row?.id ?? null, record: { kind: 'blocked', id, digest } },
      },
      at,
    );
    const current = row === null ? null : tx.manifest(row.id);
    if (current === null) return 'recorded';
    if (!['in_progress', 'verifying', 'under_review'].includes(current.state)) return current.state;
    return transition(ctx, tx, current, 'blocked', 'the agent reports itself blocked', at).state;
  });
  return { state, next: 'Recorded. Stop here and tell the operator what you need; that is an honest end.' };
}
