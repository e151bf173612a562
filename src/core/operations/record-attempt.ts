import type { OperationContext } from '../ports.js';

const MOST_PER_HOUR = 20;

/** Records that something was refused to this caller. At most 20 an hour are kept: true where this one was. */
export function recordAttempt(
  ctx: OperationContext,
  attempt: { readonly what: string; readonly why: string },
): boolean {
  const at = ctx.clock.now();
  const since = new Date(Date.parse(at) - 3_600_000).toISOString();
  return ctx.store.transact((tx) => {
    if (tx.entries({ type: 'attempt.refused', since, limit: MOST_PER_HOUR }).length >= MOST_PER_HOUR) return false;
    tx.append(
      { type: 'attempt.refused', ...ctx.caller, summary: `${attempt.what}: ${attempt.why}`, body: { ...attempt } },
      at,
    );
    return true;
  });
}
