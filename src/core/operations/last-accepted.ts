import { isChangeStatement, parseStatement } from '../approval/statement.js';
import type { Scan } from '../delta/tree.js';
import type { OperationContext } from '../ports.js';
import { type DecisionRecord, decisionSchema } from './decision-record.js';

/** What the operator last answered for: a signed change, else what lay there at `ces init`. */
export interface Accepted {
  readonly by: 'approval' | 'init';
  readonly scan: Scan;
  /** The commit that it stood on. */
  readonly commit: string | null;
}

/**
 * The newest of these before `before` (ISO 8601): an approval counts only with a signature that holds, of the scan that it
 * was shown. Null where neither can be had.
 */
export async function findLastAccepted(ctx: OperationContext, before: string): Promise<Accepted | null> {
  for (const decision of signedChanges(ctx, before)) {
    const accepted = await readApproved(ctx, decision);
    if (accepted !== null) return accepted;
  }
  const first = ctx.store.read.entries({ type: 'scan.recorded' })[0]?.body;
  const scan = typeof first?.scan === 'string' ? await ctx.content.loadScan(first.scan) : null;
  if (scan === null) return null;
  return { by: 'init', scan, commit: typeof first?.commit === 'string' ? first.commit : null };
}

function signedChanges(ctx: OperationContext, before: string): DecisionRecord[] {
  return ctx.store.read
    .records('decision')
    .filter((record) => record.at < before)
    .toReversed()
    .flatMap((record) => {
      const parsed = decisionSchema.safeParse(record.body);
      return parsed.success && parsed.data.kind === 'change' ? [parsed.data] : [];
    });
}

async function readApproved(ctx: OperationContext, decision: DecisionRecord): Promise<Accepted | null> {
  const bytes = Buffer.from(decision.statement, 'utf8');
  const parsed = parseStatement(bytes);
  if (!parsed.ok || !isChangeStatement(parsed.statement) || decision.candidate_scan === null) return null;
  const { predicate, subject } = parsed.statement;
  if (predicate.project !== ctx.projectId || !(await ctx.signatures.check(bytes, decision.signature)).valid)
    return null;
  const scan = await ctx.content.loadScan(decision.candidate_scan);
  // The scan is named by the record, which nobody signed; what it shows must be what was signed.
  if (scan?.candidate.digest !== `sha256:${subject[0].digest.sha256}`) return null;
  return { by: 'approval', scan, commit: predicate.base.commit };
}
