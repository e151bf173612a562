import { encodeOtherStatement } from '../approval/statement.js';
import { CesError } from '../errors.js';
import { digestOf } from '../ledger/entry.js';
import type { Manifest, ManifestRow } from '../manifest/manifest.js';
import type { OperationContext, Signer } from '../ports.js';
import type { StoreWriter } from '../store-port.js';
import type { DecisionRecord } from './decision-record.js';
import { findTampering } from './find-tampering.js';
import { transition } from './manifest-state.js';
import { type Pending, requireStillPending } from './pending.js';
import { type ChangeReview, encodeReview } from './review-change.js';
import { witnessHead } from './witness-head.js';

/** What the operator decided on, with the bytes to be signed. */
export type Proposal =
  | {
      readonly kind: 'change';
      readonly pending: Pending;
      readonly statement: Uint8Array;
      readonly review: ChangeReview;
    }
  | {
      readonly kind: 'manifest' | 'amendment';
      readonly pending: Pending;
      readonly statement: Uint8Array;
      readonly decided: object;
    };

export interface Approval {
  readonly decision: DecisionRecord;
  readonly signer: string;
  readonly ledger: { sequence: number; head: string };
}

/** The bytes for a finished change. Refuses (`conflict`) while a blocking finding is not waived. */
export function proposeChange(ctx: OperationContext, pending: Pending, review: ChangeReview): Proposal {
  const first = review.blockers[0];
  if (first !== undefined)
    throw new CesError(
      'conflict',
      `${review.blockers.length} finding(s) stand against it: ${first.message}`,
      `Let the agent mend them, or waive each: ces approve --waive ${first.id} --reason TEXT`,
    );
  return { kind: 'change', pending, statement: encodeReview(ctx, review), review };
}

/** The bytes for a manifest or an amendment: what is decided is the whole manifest as it will be. */
export function proposeOther(ctx: OperationContext, pending: Exclude<Pending, { kind: 'change' }>): Proposal {
  const decided = pending.kind === 'manifest' ? pending.row.manifest : widen(pending.row, pending.amendment);
  const now = ctx.clock.now();
  const head = ctx.store.read.head();
  const statement = encodeOtherStatement({
    kind: pending.kind,
    decision: 'approve',
    project: ctx.projectId,
    decided,
    ledger: { sequence: head?.sequence ?? 0, head: head?.hash ?? '0'.repeat(64) },
    decidedAt: now,
    expiresAt: pending.row.manifest.expires_at,
  });
  return { kind: pending.kind, pending, statement, decided };
}

/** The manifest that an amendment asks for: the next version, wider by what was named and nothing else. */
export function widen(
  row: ManifestRow,
  amendment: { scope: readonly string[]; acceptance_criteria: readonly string[] },
): Manifest {
  const { manifest } = row;
  const start = manifest.acceptance_criteria.length;
  return {
    ...manifest,
    version: row.version + 1,
    scope: { ...manifest.scope, allow: [...new Set([...manifest.scope.allow, ...amendment.scope])] },
    acceptance_criteria: [
      ...manifest.acceptance_criteria,
      ...amendment.acceptance_criteria.map((text, index) => ({ id: `AC-${start + index + 1}`, text })),
    ],
  };
}

/** Has the statement signed, checks the signature against the operator's own signers, and records the decision. */
export async function approve(
  ctx: OperationContext,
  proposal: Proposal,
  signer: Signer,
  pin: (digest: string) => Promise<void>,
): Promise<Approval> {
  // Before the passphrase is asked for: what can't be witnessed must not be decided.
  await witnessHead(ctx);
  const [tampered] = await findTampering(ctx);
  if (tampered !== undefined)
    throw new CesError(
      'state_corrupt',
      `Nothing is signed on this state: ${tampered.message}`,
      'Run: ces audit verify',
    );
  const signature = await signer.sign(proposal.statement);
  const verdict = await ctx.signatures.check(proposal.statement, signature);
  if (!verdict.valid)
    throw new CesError('signature_invalid', `The signature does not hold: ${verdict.reason}`, 'Run: ces key show');
  const scan = proposal.kind === 'change' ? await ctx.content.saveScan(proposal.review.measurement.scan) : null;
  const at = ctx.clock.now();
  const decision: DecisionRecord = {
    id: ctx.ids.create('D'),
    kind: proposal.kind,
    manifest_id: proposal.pending.row.id,
    statement: Buffer.from(proposal.statement).toString('utf8'),
    signature,
    candidate_scan: scan,
    at,
  };
  const head = ctx.store.transact((tx) => {
    const row = requireStillPending(tx, proposal.pending, 'Run ces approve again and look at it as it is.');
    const digest = tx.putRecord({ kind: 'decision', id: decision.id, manifestId: row.id, at, body: decision });
    const entry = tx.append(
      {
        type: 'decision.signed',
        ...ctx.caller,
        summary: `${decision.id}: ${proposal.kind} ${proposal.pending.id} approved by ${verdict.signer}`,
        body: {
          manifest_id: row.id,
          record: { kind: 'decision', id: decision.id, digest },
          kind: proposal.kind,
          statement: digestOf(decision.statement),
          signer: verdict.signer,
          fingerprint: verdict.fingerprint,
        },
      },
      at,
    );
    apply(ctx, tx, row, proposal, decision);
    return tx.head() ?? entry;
  });
  await witnessHead(ctx);
  // Whoever signs a manifest has been shown its checks: the profile that names them counts from now on.
  const profile = proposal.pending.row.manifest.profile.digest;
  if (proposal.kind === 'manifest' && profile !== null) await pin(profile);
  return { decision, signer: verdict.signer, ledger: { sequence: head.sequence, head: head.hash } };
}

function apply(
  ctx: OperationContext,
  tx: StoreWriter,
  row: ManifestRow,
  proposal: Proposal,
  decision: DecisionRecord,
): void {
  const { at } = decision;
  if (proposal.kind === 'change') transition(ctx, tx, row, 'approved', decision.id, at);
  else if (proposal.pending.kind === 'amendment')
    grant(ctx, tx, row, widen(row, proposal.pending.amendment), proposal.pending.id, at);
  else transition(ctx, tx, row, 'authorized', `the operator: ${decision.id}`, at);
}

function grant(
  ctx: OperationContext,
  tx: StoreWriter,
  row: ManifestRow,
  manifest: Manifest,
  amendment: string,
  at: string,
): void {
  const id = `${manifest.id}@${manifest.version}`;
  const digest = tx.putRecord({ kind: 'manifest', id, manifestId: manifest.id, at, body: manifest });
  tx.saveManifest({ ...row, version: manifest.version, digest, updatedAt: at, manifest });
  tx.append(
    {
      type: 'amendment.decided',
      ...ctx.caller,
      summary: `${amendment}: granted`,
      body: { manifest_id: row.id, amendment_id: amendment, granted: true, record: { kind: 'manifest', id, digest } },
    },
    at,
  );
}
