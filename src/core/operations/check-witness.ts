import type { Finding } from '../claim/finding.js';
import type { OperationContext } from '../ports.js';
import { forged } from './check-state.js';

/** Entries that are never written before the witness has taken a head. */
const WITNESSED = ['claim.judged', 'decision.signed'] as const;

/**
 * The first head that the witness kept and that the ledger does not have: it ends before it, or holds another entry of its
 * number. Null where they agree.
 */
export async function findContradiction(ctx: OperationContext): Promise<{ readonly sequence: number } | null> {
  const heads = await ctx.witness.heads();
  return heads.find(({ sequence, hash }) => ctx.store.read.hashAt(sequence) !== hash) ?? null;
}

/** A ledger that was cut, rolled back or replaced, as far as the witness can tell; or one with claims whose witness is empty. */
export async function findRollback(ctx: OperationContext): Promise<Finding[]> {
  const { read } = ctx.store;
  // In this order: another process may write the first head, and then the first claim, while this one looks.
  const hasClaims = WITNESSED.some((type) => read.entries({ type, limit: 1 }).length > 0);
  if (hasClaims && (await ctx.witness.heads()).length === 0)
    return [
      forged(
        'witness',
        'The witness outside the workspace holds no head, though the ledger has claims: it was removed.',
      ),
    ];
  const kept = await findContradiction(ctx);
  if (kept === null) return [];
  const head = read.head();
  const end = head === null ? 'is empty' : `ends with entry ${head.sequence}`;
  return [
    forged(
      'witness',
      `The witness saw entry ${kept.sequence} of the ledger, which ${end} now, or holds another there: it was cut, rolled back or replaced.`,
    ),
  ];
}
