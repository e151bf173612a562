import type { EntryType } from '../ledger/entry.js';
import type { Manifest, ManifestRow } from '../manifest/manifest.js';
import type { OperationContext } from '../ports.js';
import { nextForAgent } from './next-step.js';

/** The manifest as the agent sees it: the fields of `ces_manifest`. */
export interface ManifestView {
  readonly state: ManifestRow['state'];
  readonly manifest_id: string;
  readonly manifest_digest: string;
  readonly objective: string;
  readonly scope: Manifest['scope'];
  readonly tools: Manifest['tools'];
  readonly acceptance_criteria: Manifest['acceptance_criteria'];
  readonly checks: readonly { id: string; argv: readonly string[]; required: boolean }[];
  readonly must_not_break: readonly string[];
  readonly risk: Manifest['risk'];
  readonly amendment?: { id: string; state: 'pending' | 'granted' | 'refused' };
  readonly retries_left: number;
  readonly expires_at: string;
  readonly base: { commit: string | null; tree: string };
  readonly starting_tree: string;
  readonly feedback: readonly string[];
  readonly next: string;
}

/** Shapes a manifest for the agent, with what the operator said about it and what to do now. */
export function viewManifest(ctx: OperationContext, row: ManifestRow, amendmentId?: string): ManifestView {
  const { manifest } = row;
  const amendment =
    amendmentId === undefined ? undefined : { id: amendmentId, state: amendmentState(ctx, amendmentId) };
  return {
    state: row.state,
    manifest_id: row.id,
    manifest_digest: row.digest,
    objective: manifest.objective,
    scope: manifest.scope,
    tools: manifest.tools,
    acceptance_criteria: manifest.acceptance_criteria,
    checks: manifest.checks.map((check) => ({ id: check.id, argv: check.argv, required: check.status === 'required' })),
    must_not_break: manifest.must_not_break,
    risk: manifest.risk,
    ...(amendment === undefined ? {} : { amendment }),
    retries_left: row.retriesLeft,
    expires_at: manifest.expires_at,
    base: { commit: manifest.base.commit, tree: manifest.base.tree },
    starting_tree: manifest.starting_tree,
    feedback: feedbackOf(ctx, row.id),
    next: nextForAgent(row),
  };
}

/** What the operator and the policy said about a manifest: why it waited, then each rejection. */
export function feedbackOf(ctx: OperationContext, manifestId: string): string[] {
  const about = (type: EntryType) => ctx.store.read.entries({ type, manifestId });
  return [
    ...about('manifest.proposed')
      .filter((entry) => entry.body.authorized_by_policy === false && Array.isArray(entry.body.reasons))
      .map((entry) => `It waits, or waited, for the operator: ${String(entry.body.reasons).replaceAll(',', '; ')}`),
    ...about('decision.rejected').map((entry) => `The operator rejected it: ${String(entry.body.reason)}`),
  ];
}

function amendmentState(ctx: OperationContext, id: string): 'pending' | 'granted' | 'refused' {
  const decided = ctx.store.read.entries({ type: 'amendment.decided' }).find((entry) => entry.body.amendment_id === id);
  if (decided === undefined) return 'pending';
  return decided.body.granted === true ? 'granted' : 'refused';
}
