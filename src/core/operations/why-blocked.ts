import type { ManifestRow } from '../manifest/manifest.js';
import type { OperationContext } from '../ports.js';

/** Why a blocked manifest is blocked, for the operator: the ledger's word, and the agent's own where it reported itself. */
export function whyBlocked(ctx: OperationContext, row: ManifestRow): string {
  const last = ctx.store.read.entries({ type: 'manifest.transition', manifestId: row.id, limit: 1 })[0];
  const report = ctx.store.read.records('blocked', row.id).at(-1);
  // A report is written together with the step that it caused; an older one is not why it is blocked now.
  if (report === undefined || last === undefined || report.at !== last.at) return String(last?.body.why ?? 'unknown');
  const { reason, needs }: { reason?: unknown; needs?: unknown } = { ...asObject(report.body) };
  return `the agent reports: ${String(reason)}; it needs: ${String(needs)}`;
}

function asObject(body: unknown): object {
  return typeof body === 'object' && body !== null ? body : {};
}
