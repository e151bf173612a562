import { encodeChangeStatement, summarizeCheck } from '../approval/statement.js';
import { createFinding, type Finding, isBlocking, sortFindings } from '../claim/finding.js';
import { judgeClaim } from '../claim/judge.js';
import type { JudgedClaim } from '../claim/judged-claim.js';
import type { Change, ResidueChange } from '../delta/tree.js';
import { digestOf } from '../ledger/entry.js';
import type { ManifestRow } from '../manifest/manifest.js';
import type { OperationContext } from '../ports.js';
import type { VerificationRun } from '../verification/run.js';
import { findStaged } from './check-commit.js';
import { findTampering } from './find-tampering.js';
import { gatherFacts } from './gather-facts.js';
import { type Measurement, measure } from './measure.js';
import { claimsOf } from './read-records.js';
import { findStaleClaim } from './stale-claim.js';

/** All that the operator is shown of a finished change, measured again at this moment. */
export interface ChangeReview {
  readonly row: ManifestRow;
  readonly measurement: Measurement;
  readonly claim: JudgedClaim | null;
  readonly run: VerificationRun | null;
  readonly evidence: readonly { id: string; digest: string; summary: string; criteria: readonly string[] }[];
  readonly findings: readonly Finding[];
  /** Blocking findings that no waiver names: while there are any, nothing can be signed. */
  readonly blockers: readonly Finding[];
  readonly waivers: readonly { finding: string; reason: string }[];
  readonly unsignedCommits: readonly { commit: string; subject: string }[];
}

export interface Waiver {
  readonly finding: string;
  readonly reason: string;
}

const APPROVAL_DAYS = 7;

/** Measures the change again and judges its newest claim against it. */
export async function reviewChange(
  ctx: OperationContext,
  row: ManifestRow,
  waivers: readonly Waiver[],
): Promise<ChangeReview> {
  const measurement = await measure(ctx, row, 'full');
  const claim = claimsOf(ctx.store.read, row.id).at(-1) ?? null;
  const facts = await gatherFacts(
    ctx,
    row,
    measurement,
    claim?.claim ?? { summary: '', files_changed: [], criteria: [] },
  );
  const judged = judgeClaim(facts).findings;
  const tampering = await findTampering(ctx);
  const findings = sortFindings([
    ...tampering,
    ...(await findStaged(ctx, measurement)),
    ...(claim === null ? [noClaim(row)] : findStaleClaim(claim, facts.candidateTree)),
    ...judged,
  ]);
  // A state that somebody else wrote is not the operator's to waive: it is not known what it hides.
  const waived = new Set(
    waivers.map((waiver) => waiver.finding).filter((id) => !tampering.some((finding) => finding.id === id)),
  );
  const { commit } = row.manifest.base;
  return {
    row,
    measurement,
    claim,
    run: facts.run?.candidateTree === measurement.scan.candidate.digest ? facts.run : null,
    evidence: facts.evidence.map((entry) => ({
      id: entry.id,
      digest: digestOf(entry),
      summary: entry.summary,
      criteria: entry.criteria,
    })),
    findings,
    blockers: findings.filter((finding) => isBlocking(finding) && !waived.has(finding.id)),
    waivers: waivers.filter((waiver) => findings.some((finding) => finding.id === waiver.finding)),
    unsignedCommits: commit === null ? [] : await ctx.workspace.commitsSince(commit),
  };
}

/** The exact bytes that the operator signs for this change. */
export function encodeReview(ctx: OperationContext, review: ChangeReview): Uint8Array {
  const { row, measurement, run } = review;
  const { manifest } = row;
  const { candidate } = measurement.scan;
  const now = ctx.clock.now();
  const head = ctx.store.read.head();
  return encodeChangeStatement({
    decision: 'approve',
    project: ctx.projectId,
    base: { commit: manifest.base.commit, digest: manifest.base.tree, gitTree: manifest.base.git_tree },
    candidate: { digest: candidate.digest, gitTree: candidate.gitTree },
    diffDigest: digestOfChanges(measurement.delta),
    manifest: { id: manifest.id, digest: row.digest, body: manifest },
    verification: summarizeRun(run),
    evidence: review.evidence.map(({ id, digest }) => ({ id, digest, provenance: 'reported' as const })),
    unattributed: [...measurement.unattributed],
    residue: summarizeResidue(measurement.residue),
    waivers: review.waivers.map(({ finding, reason }) => ({ finding, reason })),
    level: run?.level ?? 0,
    policy: { digest: manifest.policy.digest, rule: manifest.policy.rule },
    ledger: { sequence: head?.sequence ?? 0, head: head?.hash ?? '0'.repeat(64) },
    decidedAt: now,
    expiresAt: new Date(Date.parse(now) + APPROVAL_DAYS * 24 * 3_600_000).toISOString(),
  });
}

/** `sha256:` over what changed: path, kind, and mode and content digest before and after. */
export function digestOfChanges(changes: readonly Change[]): string {
  const side = (entry: Change['before']) => (entry === null ? null : { mode: entry.mode, sha256: entry.sha256 });
  // Names that are not UTF-8 have no canonical JSON; their bytes are hashed instead.
  const name = (path: string) => (path.isWellFormed() ? path : { bytes: Buffer.from(path, 'utf16le').toString('hex') });
  return digestOf(
    changes.map((change) => ({
      path: name(change.path),
      kind: change.kind,
      before: side(change.before),
      after: side(change.after),
    })),
  );
}

function summarizeRun(run: VerificationRun | null) {
  if (run === null) return { runId: 'none', digest: digestOf(null), verdict: 'inconclusive' as const, checks: [] };
  const verdict = run.verdict === 'pass' || run.verdict === 'fail' ? run.verdict : ('inconclusive' as const);
  return { runId: run.id, digest: digestOf(run), verdict, checks: run.checks.map(summarizeCheck) };
}

/** Counts of residue changes by class, in class order. */
export function summarizeResidue(changes: readonly ResidueChange[]) {
  const classes = [...new Set(changes.map((change) => change.class))].sort();
  return classes.map((group) => {
    const count = (kind: Change['kind']) =>
      changes.filter((change) => change.class === group && change.kind === kind).length;
    return { class: group, created: count('created'), modified: count('modified'), deleted: count('deleted') };
  });
}

function noClaim(row: ManifestRow): Finding {
  return createFinding({
    kind: 'check_missing',
    severity: 'high',
    message: `The agent made no completion claim for ${row.id}.`,
    fix: 'Let it finish, or waive this finding to decide without a claim.',
  });
}
