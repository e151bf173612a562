import { isBlocking } from '../claim/finding.js';
import type { OperationContext } from '../ports.js';
import { claimsOf } from './read-records.js';
import { isApproved, type ProjectStatus, readStatus } from './read-status.js';
import { whyBlocked } from './why-blocked.js';

export interface Why {
  readonly blocker: { readonly kind: string; readonly message: string; readonly evidence: string } | null;
  readonly next_command: string;
}

/** Names the one thing that the work waits for, what shows it, and one command that helps. */
export async function explainWhy(ctx: OperationContext): Promise<Why> {
  const status = await readStatus(ctx);
  const { row } = status;
  const tampered = status.findings.find((finding) => finding.kind === 'governance_tamper');
  if (tampered !== undefined)
    return {
      blocker: {
        kind: 'governance_tamper',
        message: tampered.message,
        evidence: tampered.check ?? tampered.path ?? tampered.id,
      },
      next_command: 'ces audit verify',
    };
  if (row === null)
    return {
      blocker: {
        kind: 'no_manifest',
        message: 'No work was asked for yet.',
        evidence: '.ces/state.db holds no manifest',
      },
      next_command: 'ces manifest "REQUEST"',
    };
  if (isApproved(status) && !hasBlocker(status)) return { blocker: null, next_command: 'git commit' };
  if (row.state === 'blocked')
    return {
      blocker: { kind: 'blocked', message: `It is blocked: ${whyBlocked(ctx, row)}`, evidence: lastWord(ctx, row.id) },
      next_command: status.next,
    };
  const waiting = status.pending[0];
  if (waiting !== undefined)
    return {
      blocker: waitingFor(ctx, status, waiting),
      next_command: waiting.kind === 'change' && hasBlocker(status) ? `ces explain` : `ces approve ${waiting.id}`,
    };
  const finding = status.findings.find(
    (found) => isBlocking(found) || (row.state === 'approved' && found.kind === 'stale'),
  );
  if (finding !== undefined)
    return {
      blocker: { kind: finding.kind, message: finding.message, evidence: finding.path ?? finding.id },
      next_command: 'ces explain',
    };
  return {
    blocker: {
      kind: row.state,
      message: STATE_REASON[row.state] ?? `The manifest is ${row.state}.`,
      evidence: lastWord(ctx, row.id),
    },
    next_command: status.next,
  };
}

const STATE_REASON: Readonly<Record<string, string>> = {
  authorized: 'The agent has not taken up the manifest yet.',
  in_progress: 'The agent is at work: it has not claimed completion.',
  verifying: 'Checks are running, or were cut off.',
  rejected: 'The operator rejected it; the agent may go on from the feedback.',
  approved: 'The approval does not cover what is there now.',
  expired: 'Its time is over.',
  cancelled: 'The operator cancelled it.',
};

function hasBlocker(status: ProjectStatus): boolean {
  return status.findings.some(isBlocking);
}

function waitingFor(ctx: OperationContext, status: ProjectStatus, waiting: ProjectStatus['pending'][number]) {
  const finding = status.findings.find(isBlocking);
  if (waiting.kind === 'change' && finding !== undefined)
    return { kind: finding.kind, message: finding.message, evidence: finding.path ?? finding.id };
  const message =
    {
      manifest: 'The manifest waits for your authorization.',
      amendment: 'The agent asks to widen its manifest.',
      change: 'The work waits for your decision.',
    }[waiting.kind] ?? waiting.summary;
  return {
    kind: `waiting_for_operator`,
    message,
    evidence: status.row === null ? waiting.id : lastWord(ctx, status.row.id),
  };
}

function lastWord(ctx: OperationContext, manifestId: string): string {
  const claim = claimsOf(ctx.store.read, manifestId).at(-1);
  const last = ctx.store.read.entries({ manifestId, limit: 1 })[0];
  const entry = last === undefined ? 'no ledger entry' : `ledger entry ${last.sequence}: ${last.summary}`;
  return claim === undefined ? entry : `${entry}; ${claim.id} ${claim.accepted ? 'accepted' : 'refused'}`;
}
