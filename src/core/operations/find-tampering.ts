import type { Finding } from '../claim/finding.js';
import type { OperationContext } from '../ports.js';
import { findForgedExports } from './check-exports.js';
import { findForgedRows } from './check-state.js';
import { findRollback } from './check-witness.js';

/** Everything in the state that was written by another way than CES: nothing is accepted or signed while there is any. */
export async function findTampering(ctx: OperationContext): Promise<Finding[]> {
  return [...findForgedRows(ctx), ...(await findRollback(ctx)), ...(await findForgedExports(ctx))];
}
