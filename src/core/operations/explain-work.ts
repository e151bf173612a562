import { z } from 'zod';
import type { JudgedClaim } from '../claim/judged-claim.js';
import { findUnrecorded } from '../delta/project-gaps.js';
import { residueSeverity } from '../delta/residue.js';
import { joinTimeline, type PathTime } from '../delta/timeline.js';
import type { Change, ResidueChange } from '../delta/tree.js';
import { CesError } from '../errors.js';
import type { Evidence } from '../evidence/evidence.js';
import type { ManifestRow } from '../manifest/manifest.js';
import { decidePath } from '../manifest/scope.js';
import type { OperationContext } from '../ports.js';
import type { VerificationRun } from '../verification/run.js';
import type { AuditEntry } from './audit.js';
import type { JudgedDecision } from './judge-approvals.js';
import { readGaps } from './read-gaps.js';
import { claimsOf, evidenceOf, runsOf } from './read-records.js';
import { type ProjectStatus, readStatus } from './read-status.js';

const blockedSchema = z.looseObject({ reason: z.string(), needs: z.string() });

export interface ExplainedChange extends Change {
  readonly when: PathTime;
  readonly scope: 'allow' | 'deny';
  readonly unattributed: boolean;
}

/** One manifest's story, with everything judged again now. */
export interface Explanation {
  readonly row: ManifestRow;
  /** Null for a manifest that another one followed: the files are no longer about it. */
  readonly status: ProjectStatus | null;
  readonly evidence: readonly Evidence[];
  readonly claims: readonly JudgedClaim[];
  readonly runs: readonly VerificationRun[];
  /** What the agent said when it could not go on, oldest first. */
  readonly blocked: readonly { at: string; reason: string; needs: string }[];
  readonly changes: readonly ExplainedChange[];
  readonly residue: readonly (ResidueChange & { readonly severity: string; readonly when: PathTime })[];
  readonly unattributed: readonly string[];
  readonly unsignedCommits: readonly { commit: string; subject: string }[];
  readonly decisions: readonly JudgedDecision[];
  /** Why the manifest could start: a rule of the policy, or the operator's decision. Null while it can't. */
  readonly authorizedBy: string | null;
  readonly history: readonly AuditEntry[];
}

/** Explains a manifest, the newest where none is named; null where there is none at all. Refuses (`not_found`) an unknown id. */
export async function explainWork(ctx: OperationContext, id?: string): Promise<Explanation | null> {
  const rows = ctx.store.read.manifests();
  const row = id === undefined ? rows[0] : rows.find((candidate) => candidate.id === id);
  if (row === undefined && id !== undefined)
    throw new CesError('not_found', `There is no manifest ${id}.`, 'Run: ces explain');
  if (row === undefined) return null;
  const status = await readStatus(ctx);
  const own = status.row?.id === row.id ? status : null;
  const history = ctx.store.read.entries({ manifestId: row.id });
  const authorized = history.find((entry) => entry.type === 'manifest.transition' && entry.body.to === 'authorized');
  const measured = own?.measurement ?? null;
  return {
    row: own?.row ?? row,
    status: own,
    ...readWork(ctx, row.id),
    blocked: readBlocked(ctx, row.id),
    changes: measured === null ? [] : explainChanges(ctx, row, measured.delta, measured.unattributed),
    residue: addTimes(ctx, row, measured?.residue ?? []).map((change) => ({
      ...change,
      severity: residueSeverity(change),
    })),
    unattributed: measured?.unattributed ?? [],
    unsignedCommits: measured?.base.commit == null ? [] : await ctx.workspace.commitsSince(measured.base.commit),
    decisions: status.decisions.filter((decision) => decision.manifestId === row.id),
    authorizedBy: authorized === undefined ? null : String(authorized.body.why),
    history: history.map(({ sequence, at, type, principal, channel, session, summary, hash }) => ({
      sequence,
      at,
      type,
      principal,
      channel,
      session,
      summary,
      hash,
    })),
  };
}

function readBlocked(ctx: OperationContext, id: string): Explanation['blocked'] {
  return ctx.store.read.records('blocked', id).flatMap(({ at, body }) => {
    const parsed = blockedSchema.safeParse(body);
    return parsed.success ? [{ at, reason: parsed.data.reason, needs: parsed.data.needs }] : [];
  });
}

// Records that somebody changed are a finding of the status already; none of them is shown as if it were sound.
function readWork(ctx: OperationContext, id: string): Pick<Explanation, 'evidence' | 'claims' | 'runs'> {
  try {
    const { read } = ctx.store;
    return { evidence: evidenceOf(read, id), claims: claimsOf(read, id), runs: runsOf(read, id) };
  } catch (error) {
    if (error instanceof CesError && error.code === 'state_corrupt') return { evidence: [], claims: [], runs: [] };
    throw error;
  }
}

function explainChanges(
  ctx: OperationContext,
  row: ManifestRow,
  delta: readonly Change[],
  unattributed: readonly string[],
): ExplainedChange[] {
  const early = new Set(unattributed);
  return addTimes(ctx, row, delta).map((change) => ({
    ...change,
    scope: decidePath(row.manifest.scope, change.path).decision,
    unattributed: early.has(change.path),
  }));
}

function addTimes<C extends { readonly path: string }>(
  ctx: OperationContext,
  row: ManifestRow,
  changes: readonly C[],
): (C & { readonly when: PathTime })[] {
  const since = row.manifest.created_at;
  const { read } = ctx.store;
  const now = ctx.clock.now();
  const times = joinTimeline({
    changes,
    events: read.events(since),
    // All of them: the call that asked for the manifest began before there was one.
    calls: read.calls(''),
    gaps: [...readGaps(read, since, now), findUnrecorded(now)],
  });
  return changes.flatMap((change, index) => {
    const when = times[index];
    return when === undefined ? [] : [{ ...change, when }];
  });
}
