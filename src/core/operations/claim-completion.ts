import type { Claim, Verdict } from '../claim/claim.js';
import { type Finding, sortFindings } from '../claim/finding.js';
import { type Judgement, judgeClaim } from '../claim/judge.js';
import type { JudgedClaim } from '../claim/judged-claim.js';
import { compareFiles } from '../claim/rules/files.js';
import { digestOf } from '../ledger/entry.js';
import { WORKING_STATES } from '../manifest/lifecycle.js';
import type { ManifestRow } from '../manifest/manifest.js';
import type { OperationContext } from '../ports.js';
import type { StoreWriter } from '../store-port.js';
import { findStaged } from './check-commit.js';
import { repeatsUnanswered } from './cut-off.js';
import { findTampering } from './find-tampering.js';
import { gatherFacts } from './gather-facts.js';
import { requireLiving, requireState, transition } from './manifest-state.js';
import { measure } from './measure.js';
import { claimsOf } from './read-records.js';
import { witnessHead } from './witness-head.js';

export interface ClaimAnswer {
  readonly accepted: boolean;
  readonly state: ManifestRow['state'];
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly delta: { created: string[]; modified: string[]; deleted: string[] };
  readonly claimed_unchanged: readonly string[];
  readonly changed_unclaimed: readonly string[];
  readonly retries_left: number;
  readonly next: string;
}

const SAME_CLAIM_LIMIT = 3;

/** Compares a completion claim with the measured delta, the criteria and the verification; accepts it, or says all that is missing. */
export async function claimCompletion(
  ctx: OperationContext,
  input: { manifest_id: string } & Claim,
): Promise<ClaimAnswer> {
  const { manifest_id, ...claim } = input;
  const row = requireLiving(ctx, manifest_id);
  requireState(row, WORKING_STATES, 'a completion claim');
  const measurement = await measure(ctx, row, 'full');
  const facts = await gatherFacts(ctx, row, measurement, claim);
  const staged = await findStaged(ctx, measurement);
  const judgement = withTampering(withStaged(judgeClaim(facts), staged), await findTampering(ctx));
  // A claim that can't be witnessed afterwards must not be judged, nor cost a retry.
  await witnessHead(ctx);
  const after = record(ctx, row, claim, judgement, measurement.scan.candidate.digest, facts.run?.id ?? null);
  await witnessHead(ctx);
  const { claimedUnchanged, changedUnclaimed } = compareFiles(facts);
  const paths = (kind: string) =>
    measurement.delta.filter((change) => change.kind === kind).map((change) => change.path);
  return {
    accepted: judgement.accepted,
    state: after.state,
    verdict: judgement.verdict,
    findings: judgement.findings,
    delta: { created: paths('created'), modified: paths('modified'), deleted: paths('deleted') },
    claimed_unchanged: claimedUnchanged,
    changed_unclaimed: changedUnclaimed,
    retries_left: after.retriesLeft,
    next: nextStep(judgement, after),
  };
}

function withStaged(judgement: Judgement, staged: readonly Finding[]): Judgement {
  if (staged.length === 0) return judgement;
  const verdict = judgement.verdict === 'proven' ? 'partially_proven' : judgement.verdict;
  return { accepted: false, verdict, findings: sortFindings([...staged, ...judgement.findings]) };
}

// Nothing is proven by a state that somebody else wrote.
function withTampering(judgement: Judgement, tampering: readonly Finding[]): Judgement {
  if (tampering.length === 0) return judgement;
  return { accepted: false, verdict: 'contradicted', findings: sortFindings([...tampering, ...judgement.findings]) };
}

function record(
  ctx: OperationContext,
  row: ManifestRow,
  claim: Claim,
  judgement: Judgement,
  candidate: string,
  run: string | null,
): ManifestRow {
  const at = ctx.clock.now();
  const judged: JudgedClaim = {
    id: ctx.ids.create('C'),
    manifest_id: row.id,
    manifest_version: row.version,
    claim,
    claim_digest: digestOf(claim),
    candidate_tree: candidate,
    run_id: run,
    accepted: judgement.accepted,
    verdict: judgement.verdict,
    findings: [...judgement.findings],
    at,
  };
  return ctx.store.transact((tx) => {
    const current = tx.manifest(row.id);
    // Somebody else (the operator, another client) may have moved it on while the files were hashed.
    if (current === null || current.version !== row.version)
      requireState({ ...row, state: current?.state ?? 'cancelled' }, [], 'a completion claim');
    const live = current ?? row;
    requireState(live, WORKING_STATES, 'a completion claim');
    const free = repeatsUnanswered(tx, judged);
    const digest = tx.putRecord({ kind: 'claim', id: judged.id, manifestId: row.id, at, body: judged });
    tx.append(
      {
        type: 'claim.judged',
        ...ctx.caller,
        summary: `${judged.id}: ${judgement.accepted ? 'accepted' : 'refused'}, ${judgement.verdict}`,
        body: {
          manifest_id: row.id,
          record: { kind: 'claim', id: judged.id, digest },
          accepted: judgement.accepted,
          verdict: judgement.verdict,
          candidate_tree: candidate,
          ...(free ? { repeats_unanswered: true } : {}),
        },
      },
      at,
    );
    return settle(ctx, tx, live, judged, free);
  });
}

function settle(
  ctx: OperationContext,
  tx: StoreWriter,
  row: ManifestRow,
  judged: JudgedClaim,
  free: boolean,
): ManifestRow {
  const { at } = judged;
  if (judged.accepted)
    return row.state === 'under_review' ? row : transition(ctx, tx, row, 'under_review', `${judged.id} accepted`, at);
  const repeats = claimsOf(tx, row.id).filter(
    (claim) =>
      !claim.accepted && claim.claim_digest === judged.claim_digest && claim.candidate_tree === judged.candidate_tree,
  ).length;
  if (repeats >= SAME_CLAIM_LIMIT)
    return transition(ctx, tx, row, 'blocked', `the same claim was refused ${repeats} times`, at);
  if (free) return row;
  if (row.retriesLeft === 0) return transition(ctx, tx, row, 'blocked', 'no retries are left', at);
  const spent = row.retriesLeft - 1;
  if (row.state !== 'in_progress')
    return transition(ctx, tx, row, 'in_progress', `${judged.id} refused`, at, { retriesLeft: spent });
  const next = { ...row, retriesLeft: spent, updatedAt: at };
  tx.saveManifest(next);
  return next;
}

function nextStep(judgement: Judgement, row: ManifestRow): string {
  if (judgement.accepted) return 'Accepted. Change nothing more: the operator decides with ces approve. You may stop.';
  if (row.state === 'blocked') return 'Blocked for the operator. Stop, and say what is missing.';
  const first = judgement.findings[0];
  return `${first?.fix ?? 'Mend the findings.'} Then verify and claim again (${row.retriesLeft} retries left). If you can not: ces_report_blocked.`;
}
