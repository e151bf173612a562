import type { OperationContext } from '../ports.js';

/**
 * Notes the ledger's head outside the workspace. Called after the commit of a claim or decision, before it is answered; and
 * before it, so that a witness which can't be written is known while nothing is decided yet.
 */
export async function witnessHead(ctx: OperationContext): Promise<void> {
  const head = ctx.store.read.head();
  if (head !== null) await ctx.witness.append({ ...head, at: ctx.clock.now() });
}
