import { parseStatement } from '../approval/statement.js';
import { type Finding, sortFindings } from '../claim/finding.js';
import { type ChainVerdict, type Head, verifyChain } from '../ledger/chain.js';
import type { OperationContext } from '../ports.js';
import type { LedgerFilter } from '../store-port.js';
import { findForgedExports } from './check-exports.js';
import { findForgedRows, forged } from './check-state.js';
import { findRollback } from './check-witness.js';
import { decisionSchema } from './decision-record.js';
import { type JudgedDecision, judgeDecisions } from './judge-approvals.js';
import { readPresent } from './read-present.js';

export interface AuditEntry {
  readonly sequence: number;
  readonly at: string;
  readonly type: string;
  readonly principal: string;
  readonly channel: string;
  readonly session: string | null;
  readonly summary: string;
  readonly hash: string;
}

/** Entries of the ledger, oldest first; the newest 20 when nothing limits them. */
export function listEntries(ctx: OperationContext, filter: LedgerFilter): AuditEntry[] {
  return ctx.store.read
    .entries({ limit: 20, ...filter })
    .map(({ sequence, at, type, principal, channel, session, summary, hash }) => ({
      sequence,
      at,
      type,
      principal,
      channel,
      session,
      summary,
      hash,
    }));
}

export interface AuditVerdict extends ChainVerdict {
  readonly findings: readonly Finding[];
  /** Every decision with what it is worth now: a change that is not of the present files is `stale`. */
  readonly decisions: readonly JudgedDecision[];
}

/**
 * Walks the whole ledger, holds it against the heads that the witness and the signed statements kept, and every row and
 * record against the ledger. One head behind is a crash; a head ahead of the ledger is tampering.
 */
export async function verifyLedger(ctx: OperationContext): Promise<AuditVerdict> {
  const heads: Head[] = [...(await ctx.witness.heads())].map(({ sequence, hash }) => ({ sequence, hash }));
  const chain = verifyChain(ctx.store.read.ledgerRows(), [...heads, ...(await signedHeads(ctx))]);
  const findings = [...findForgedRows(ctx), ...(await findForgedExports(ctx))];
  const decisions = await judgeDecisions(ctx, await readPresent(ctx));
  for (const { id, verdict } of decisions)
    if (verdict.status === 'forged')
      findings.push(forged(id, `Decision ${id} is not the operator's: ${verdict.reason}.`));
  if (heads.length === 0) findings.push(...(await findRollback(ctx)));
  return { ...chain, ok: chain.ok && findings.length === 0, findings: sortFindings(findings), decisions };
}

async function signedHeads(ctx: OperationContext): Promise<Head[]> {
  const heads: Head[] = [];
  for (const record of ctx.store.read.records('decision')) {
    const decision = decisionSchema.safeParse(record.body);
    if (!decision.success) continue;
    const bytes = Buffer.from(decision.data.statement, 'utf8');
    const parsed = parseStatement(bytes);
    if (!parsed.ok || !(await ctx.signatures.check(bytes, decision.data.signature)).valid) continue;
    const { sequence, head } = parsed.statement.predicate.ledger;
    if (sequence > 0) heads.push({ sequence, hash: head });
  }
  return heads;
}
