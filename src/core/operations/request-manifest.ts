import { CesError } from '../errors.js';
import type { ManifestRow } from '../manifest/manifest.js';
import type { OperationContext } from '../ports.js';
import type { StoreReader } from '../store-port.js';
import { requestAmendment } from './amend-manifest.js';
import { draftManifest, type ManifestDraft, saveDraft } from './draft-manifest.js';
import { readLiving, transition } from './manifest-state.js';
import { type ManifestView, viewManifest } from './view-manifest.js';

export interface ManifestRequest extends ManifestDraft {
  readonly wait_seconds?: number;
  readonly amend?: {
    readonly scope?: readonly string[];
    readonly acceptance_criteria?: readonly string[];
    readonly reason: string;
  };
}

/**
 * The agent's way in: gives back the living manifest, or drafts one. A draft is authorized by policy or waits `proposed`
 * for the operator, up to `wait_seconds`. Refuses (`invalid_input`) a first call without an objective.
 */
export async function requestManifest(ctx: OperationContext, input: ManifestRequest): Promise<ManifestView> {
  const living = readLiving(ctx);
  if (input.amend !== undefined) {
    if (living === null)
      throw new CesError(
        'no_active_manifest',
        'There is no manifest to amend.',
        'Call ces_manifest with an objective first.',
      );
    const amendment = await requestAmendment(ctx, living, input.amend);
    await waitWhile(ctx, input.wait_seconds ?? 0, () => pendingAmendment(ctx, amendment));
    return viewManifest(ctx, requireRow(ctx, living.id), amendment);
  }
  const row = living ?? saveDraft(ctx, await draftManifest(ctx, input));
  if (row.state === 'proposed')
    await waitWhile(ctx, input.wait_seconds ?? 0, () => ctx.store.read.manifest(row.id)?.state === 'proposed');
  const view = viewManifest(ctx, activate(ctx, row.id));
  return living === null || input.objective === undefined || input.objective.trim() === living.manifest.objective
    ? view
    : { ...view, feedback: [...view.feedback, OTHER_OBJECTIVE] };
}

const OTHER_OBJECTIVE =
  'You named another objective, but this manifest is still the active one: finish it, amend it, or report yourself blocked first.';

/** What may start, starts: authorized work, and rejected work with retries left. Everything else stays as it is. */
function activate(ctx: OperationContext, id: string): ManifestRow {
  return ctx.store.transact((tx) => {
    const row = tx.manifest(id);
    if (row === null) throw new CesError('not_found', `Manifest ${id} is gone.`, 'Run: ces audit verify');
    const now = ctx.clock.now();
    if (row.state === 'authorized') return transition(ctx, tx, row, 'in_progress', 'the agent took it up', now);
    if (row.state === 'rejected' && row.retriesLeft > 0 && wasAuthorized(tx, id))
      return transition(ctx, tx, row, 'in_progress', 'the agent took up the feedback', now, {
        retriesLeft: row.retriesLeft - 1,
      });
    return row;
  });
}

// A proposal that the operator refused was never authorized, and no retry makes it so.
function wasAuthorized(reader: StoreReader, id: string): boolean {
  return reader.entries({ type: 'manifest.transition', manifestId: id }).some(({ body }) => body.to === 'authorized');
}

function pendingAmendment(ctx: OperationContext, id: string): boolean {
  return !ctx.store.read.entries({ type: 'amendment.decided' }).some((entry) => entry.body.amendment_id === id);
}

async function waitWhile(ctx: OperationContext, seconds: number, pending: () => boolean): Promise<void> {
  // Not by the clock of `ctx`, which may be set back meanwhile.
  const deadline = performance.now() + seconds * 1000;
  while (pending()) {
    const left = deadline - performance.now();
    if (left <= 0) return;
    await ctx.waitForChange(Math.min(left, 500));
  }
}

function requireRow(ctx: OperationContext, id: string): ManifestRow {
  const row = ctx.store.read.manifest(id);
  if (row === null) throw new CesError('not_found', `Manifest ${id} is gone.`, 'Run: ces audit verify');
  return row;
}
