import { digestOf } from '../ledger/entry.js';
import { isChangeStatement } from './statement.js';
import type { OtherKind, Statement } from './statement-schema.js';

const CLOCK_SKEW_MS = 5 * 60_000;

/** What a checker of signatures said; a signature that could not be checked is not valid. */
export type JudgedSignature =
  | { readonly valid: true; readonly signer: string }
  | { readonly valid: false; readonly reason: string };

export type ApprovalStatus =
  | 'approved'
  | 'forged'
  | 'wrong_kind'
  | 'wrong_project'
  | 'wrong_base'
  | 'wrong_manifest'
  | 'stale'
  | 'not_yet'
  | 'expired';

export interface ApprovalVerdict {
  readonly status: ApprovalStatus;
  readonly reason: string;
}

export interface ApprovalQuestion {
  readonly statement: Statement;
  readonly signatureVerdict: JudgedSignature;
  /** What is there now; `digest` as `sha256:<hex>`. Without `commit` (in CI, after a rebase) the trees alone are compared. */
  readonly currentBase: { readonly commit?: string | null; readonly digest: string; readonly gitTree: string };
  readonly currentCandidate: { readonly digest: string; readonly gitTree: string };
  readonly project: string;
  /** ISO 8601, the verifier's own clock. */
  readonly now: string;
  /** Where the caller has one manifest in mind. */
  readonly manifestDigest?: string;
  /** The change is in history already: expiry is for open changes only. */
  readonly landed?: boolean;
}

/** Decides whether a signed statement approves exactly this change, here and now. Anything else is a "no" with its reason. */
export function judgeApproval(question: ApprovalQuestion): ApprovalVerdict {
  const { statement, currentBase, currentCandidate } = question;
  const early = judgeCommon(statement, question.signatureVerdict, question.project);
  if (early !== null) return early;
  if (!isChangeStatement(statement))
    return { status: 'wrong_kind', reason: `it decides a ${statement.predicate.kind}, not a change` };
  const { base, manifest, expiresAt } = statement.predicate;
  if (question.manifestDigest !== undefined && question.manifestDigest !== manifest.digest)
    return { status: 'wrong_manifest', reason: `it was signed for another version of the manifest (${manifest.id})` };
  const otherCommit = currentBase.commit !== undefined && currentBase.commit !== base.commit;
  if (otherCommit || base.digest !== currentBase.digest || base.gitTree !== currentBase.gitTree)
    return {
      status: 'wrong_base',
      reason: `it was signed for a change on ${base.commit ?? base.digest}, not on ${currentBase.commit ?? currentBase.digest}`,
    };
  const [candidate, gitTree] = statement.subject;
  if (
    `sha256:${candidate.digest.sha256}` !== currentCandidate.digest ||
    gitTree.digest.gitTree !== currentCandidate.gitTree
  )
    return { status: 'stale', reason: 'the files differ from those that were signed' };
  return judgeTime(statement.predicate.decidedAt, question.landed === true ? null : expiresAt, question.now);
}

export interface DecisionQuestion {
  readonly statement: Statement;
  readonly signatureVerdict: JudgedSignature;
  readonly kind: OtherKind;
  /** What the caller wants decided, whole. */
  readonly decided: object;
  readonly project: string;
  readonly now: string;
}

/** Decides whether a signed statement says yes to exactly this manifest, amendment, signer, waiver or other matter. */
export function judgeDecision(question: DecisionQuestion): ApprovalVerdict {
  const { predicate } = question.statement;
  const early = judgeCommon(question.statement, question.signatureVerdict, question.project);
  if (early !== null) return early;
  if (predicate.kind === 'change' || predicate.kind !== question.kind)
    return { status: 'wrong_kind', reason: `it decides a ${predicate.kind}, not a ${question.kind}` };
  if (digestOf(predicate.decided) !== digestOf(question.decided))
    return { status: 'stale', reason: `the ${question.kind} differs from the one that was signed` };
  return judgeTime(predicate.decidedAt, predicate.expiresAt, question.now);
}

function judgeCommon(statement: Statement, signature: JudgedSignature, project: string): ApprovalVerdict | null {
  if (!signature.valid) return { status: 'forged', reason: signature.reason };
  const signed = statement.predicate.project;
  return signed === project ? null : { status: 'wrong_project', reason: `it was signed for the project ${signed}` };
}

function judgeTime(decidedAt: string, expiresAt: string | null, now: string): ApprovalVerdict {
  const at = Date.parse(now);
  // A clock that can't be read is neither before nor after anything: that must not come out as a yes.
  if (!(Date.parse(decidedAt) <= at + CLOCK_SKEW_MS))
    return { status: 'not_yet', reason: `it was signed at ${decidedAt}, which is still to come` };
  if (expiresAt !== null && !(at < Date.parse(expiresAt)))
    return { status: 'expired', reason: `it expired at ${expiresAt}` };
  return { status: 'approved', reason: 'the signature covers exactly this' };
}
