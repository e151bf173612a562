import { createFinding, type Finding, isBlocking, sortFindings } from '../claim/finding.js';
import { judgeWorkspace } from '../claim/judge.js';
import { CesError } from '../errors.js';
import type { ManifestRow } from '../manifest/manifest.js';
import type { OperationContext } from '../ports.js';
import type { VerificationRun } from '../verification/run.js';
import { findStaged, findStrayHead } from './check-commit.js';
import { findForgedExports } from './check-exports.js';
import { findForgedRows, forged } from './check-state.js';
import { findRollback } from './check-witness.js';
import { gatherFacts } from './gather-facts.js';
import { type JudgedDecision, judgeDecisions } from './judge-approvals.js';
import { asOfNow } from './manifest-state.js';
import { type Measurement, measure, readManifestBase } from './measure.js';
import { nextForOperator } from './next-step.js';
import { listPending } from './pending.js';
import { claimsOf, runsOf } from './read-records.js';
import { findStaleClaim } from './stale-claim.js';

export interface ProjectStatus {
  readonly row: ManifestRow | null;
  readonly measurement: Measurement | null;
  readonly lastRun: VerificationRun | null;
  readonly decisions: readonly JudgedDecision[];
  readonly pending: readonly { id: string; kind: string; summary: string }[];
  readonly findings: readonly Finding[];
  /** Assurance level, 0–3, of what is in force now. */
  readonly level: number;
  readonly next: string;
}

/** Where the project stands, judged anew: signatures are verified, the tree is looked at, nothing is written. */
export async function readStatus(ctx: OperationContext): Promise<ProjectStatus> {
  const findings: Finding[] = [...findForgedRows(ctx), ...(await findRollback(ctx))];
  const broken = findings.length > 0;
  const newest = ctx.store.read.manifests()[0] ?? null;
  const row = newest === null ? null : asOfNow(newest, ctx.clock.now());
  if (row === null || broken) {
    const decisions = row === null ? [] : await judgeDecisions(ctx, await presentOf(ctx, row, null), row.id);
    return {
      row,
      measurement: null,
      lastRun: null,
      decisions,
      pending: [],
      findings: sortFindings([...findings, ...judgeAll(row, decisions), ...(await findForgedExports(ctx))]),
      level: 0,
      next: broken ? 'ces audit verify' : 'ces manifest "REQUEST"',
    };
  }
  // Before anything is called approved every byte is hashed: what a stat look remembers lies in a file that an agent can write.
  const measurement = await measureIfPossible(ctx, row, findings, row.state === 'approved' ? 'full' : 'stat');
  const decisions = await judgeDecisions(ctx, await presentOf(ctx, row, measurement), row.id);
  if (measurement !== null && row.state !== 'approved') findings.push(...(await judgeWork(ctx, row, measurement)));
  if (measurement !== null) findings.push(...(await findStaged(ctx, measurement)));
  if (measurement !== null && row.state === 'approved') findings.push(...(await findStrayHead(ctx, measurement)));
  findings.push(...judgeAll(row, decisions), ...(await findForgedExports(ctx)));
  const pending = listPending(ctx).map(({ id, kind, summary }) => ({ id, kind, summary }));
  const amendment = pending.find((item) => item.kind === 'amendment');
  return {
    row,
    measurement,
    lastRun: runsOf(ctx.store.read, row.id).at(-1) ?? null,
    decisions,
    pending,
    findings: sortFindings(findings),
    level: 0,
    next: amendment === undefined ? nextStep(row, decisions, findings) : `ces approve ${amendment.id}`,
  };
}

// Nobody is told to commit what the signature does not cover, nor what git would commit in its place.
function nextStep(row: ManifestRow, decisions: readonly JudgedDecision[], findings: readonly Finding[]): string {
  const covered =
    !findings.some(isBlocking) &&
    decisions.some((decision) => decision.kind === 'change' && decision.verdict.status === 'approved');
  return row.state === 'approved' && !covered ? 'ces explain' : nextForOperator(row);
}

async function measureIfPossible(
  ctx: OperationContext,
  row: ManifestRow,
  findings: Finding[],
  mode: 'full' | 'stat',
): Promise<Measurement | null> {
  try {
    return await measure(ctx, row, mode);
  } catch (error) {
    if (!(error instanceof CesError)) throw error;
    findings.push(
      createFinding({
        kind: 'observation_gap',
        severity: 'high',
        message: error.message,
        fix: error.hint,
        check: 'measure',
      }),
    );
    return null;
  }
}

async function presentOf(ctx: OperationContext, row: ManifestRow, measurement: Measurement | null) {
  if (measurement === null) {
    const nowhere = { digest: '', gitTree: '' };
    return { base: { commit: null, ...nowhere }, candidate: nowhere };
  }
  const base = await readManifestBase(ctx, row);
  return {
    base: { commit: base.commit, digest: base.tree.digest, gitTree: base.tree.gitTree },
    candidate: measurement.scan.candidate,
  };
}

async function judgeWork(ctx: OperationContext, row: ManifestRow, measurement: Measurement): Promise<Finding[]> {
  const claim = claimsOf(ctx.store.read, row.id).at(-1);
  const facts = await gatherFacts(
    ctx,
    row,
    measurement,
    claim?.claim ?? { summary: '', files_changed: [], criteria: [] },
  );
  const found = judgeWorkspace(facts);
  const { run } = facts;
  if (run !== null && run.candidateTree === facts.candidateTree && run.verdict !== 'pass')
    found.push(
      createFinding({
        kind: 'check_failed',
        severity: 'high',
        message: `The last run of these very files, ${run.id}, is ${run.verdict}.`,
        fix: 'See ces verify --last.',
        check: run.id,
      }),
    );
  if (row.state === 'under_review') found.push(...findStaleClaim(claim, facts.candidateTree));
  return found;
}

/** Findings about decisions: forged ones always, and the newest change when it no longer fits what is there. */
function judgeAll(row: ManifestRow | null, decisions: readonly JudgedDecision[]): Finding[] {
  const findings = decisions
    .filter((decision) => decision.verdict.status === 'forged')
    .map((decision) =>
      forged(decision.id, `Decision ${decision.id} is not the operator's: ${decision.verdict.reason}.`),
    );
  if (row?.state !== 'approved') return findings;
  const own = decisions.filter((decision) => decision.kind === 'change' && decision.manifestId === row.id).at(-1);
  if (own === undefined)
    return [...findings, forged(row.id, `${row.id} says it is approved, but no signed decision is there.`)];
  if (own.verdict.status === 'approved' || own.verdict.status === 'forged') return findings;
  return [
    ...findings,
    createFinding({
      kind: 'stale',
      severity: 'medium',
      message: `The approval ${own.id} does not cover what is there now: ${own.verdict.reason}.`,
      fix: 'What was signed stands for its own tree only. New work needs a new manifest.',
      check: own.id,
    }),
  ];
}

/** Whether the newest change is approved as it lies here, by a signature that was verified just now. */
export function isApproved(status: ProjectStatus): boolean {
  const own = status.decisions
    .filter((decision) => decision.kind === 'change' && decision.manifestId === status.row?.id)
    .at(-1);
  return own?.verdict.status === 'approved';
}
