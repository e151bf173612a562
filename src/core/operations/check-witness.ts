import type { Finding } from '../claim/finding.js';
import type { OperationContext } from '../ports.js';
import { forged } from './check-state.js';

/**
 * Holds the newest head that the witness kept against the ledger's: a ledger that ends before it, or ends in another entry
 * of that number, was cut, rolled back or replaced. What lies further back is for `verifyLedger`.
 */
export async function findRollback(ctx: OperationContext): Promise<Finding[]> {
  const kept = (await ctx.witness.heads()).at(-1);
  const head = ctx.store.read.head();
  if (kept === undefined || ctx.store.read.hashAt(kept.sequence) === kept.hash) return [];
  const end = head === null ? 'is empty' : `ends with entry ${head.sequence}`;
  return [
    forged(
      'witness',
      `The witness saw entry ${kept.sequence} of the ledger, which ${end} now, or holds another there: it was cut, rolled back or replaced.`,
    ),
  ];
}
