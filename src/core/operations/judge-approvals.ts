import { type ApprovalVerdict, judgeApproval } from '../approval/check-approval.js';
import { isChangeStatement, parseStatement } from '../approval/statement.js';
import { digestOf } from '../ledger/entry.js';
import type { OperationContext } from '../ports.js';
import { type DecisionRecord, decisionSchema } from './decision-record.js';

export interface JudgedDecision {
  readonly id: string;
  readonly kind: DecisionRecord['kind'] | 'unknown';
  readonly manifestId: string | null;
  readonly at: string;
  readonly signer: string | null;
  /** `SHA256:` of the key: a name can be given to any key. */
  readonly fingerprint: string | null;
  readonly verdict: ApprovalVerdict;
}

/** What is there now, to hold approvals against. */
export interface Present {
  readonly base: { readonly commit: string | null; readonly digest: string; readonly gitTree: string };
  readonly candidate: { readonly digest: string; readonly gitTree: string };
}

/**
 * Judges every recorded decision again: its signature, its statement, and for a change whether it is of what is there now.
 * *Approved* is never read from a row. Oldest first, of one manifest or
 * of all; `forged` for a row that the ledger does not name.
 */
export async function judgeDecisions(
  ctx: OperationContext,
  present: Present,
  manifestId?: string,
): Promise<JudgedDecision[]> {
  const { read } = ctx.store;
  const { named, records } = read.together(() => ({
    named: read.namedRecords(),
    records: read.records('decision', manifestId),
  }));
  const judged: JudgedDecision[] = [];
  for (const record of records) {
    const parsed = decisionSchema.safeParse(record.body);
    const key = `decision ${record.id} ${digestOf(record.body)}`;
    const base = { id: record.id, manifestId: record.manifestId, at: record.at };
    if (!parsed.success || !named.has(key))
      judged.push({
        ...base,
        kind: 'unknown',
        signer: null,
        fingerprint: null,
        verdict: { status: 'forged', reason: 'the ledger does not name this decision' },
      });
    else judged.push({ ...base, kind: parsed.data.kind, ...(await judgeOne(ctx, parsed.data, present)) });
  }
  return judged;
}

async function judgeOne(
  ctx: OperationContext,
  decision: DecisionRecord,
  present: Present,
): Promise<{ signer: string | null; fingerprint: string | null; verdict: ApprovalVerdict }> {
  const bytes = Buffer.from(decision.statement, 'utf8');
  const parsed = parseStatement(bytes);
  if (!parsed.ok) return { signer: null, fingerprint: null, verdict: { status: 'forged', reason: parsed.reason } };
  const signature = await ctx.signatures.check(bytes, decision.signature);
  const signer = signature.valid ? signature.signer : null;
  const fingerprint = signature.valid ? signature.fingerprint : null;
  if (!signature.valid) return { signer, fingerprint, verdict: { status: 'forged', reason: signature.reason } };
  if (!isChangeStatement(parsed.statement))
    return { signer, fingerprint, verdict: { status: 'approved', reason: 'the signature holds' } };
  const verdict = judgeApproval({
    statement: parsed.statement,
    signatureVerdict: signature,
    currentBase: present.base,
    currentCandidate: present.candidate,
    project: ctx.projectId,
    now: ctx.clock.now(),
  });
  return { signer, fingerprint, verdict };
}
