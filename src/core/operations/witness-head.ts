import type { OperationContext } from '../ports.js';
import { findContradiction } from './check-witness.js';

/**
 * Notes the ledger's head outside the workspace. Called after the commit of a claim or decision, before it is answered; and
 * before it, so that a witness which can't be written is known while nothing is decided yet.
 */
export async function witnessHead(ctx: OperationContext): Promise<void> {
  const head = ctx.store.read.head();
  // A ledger that does not fit what was kept is not to be kept as if it did: its newest head would cover for the others.
  if ((await findContradiction(ctx)) !== null) return;
  if (head !== null) await ctx.witness.append({ ...head, at: ctx.clock.now() });
}
