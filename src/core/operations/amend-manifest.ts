import { CesError } from '../errors.js';
import { FINAL_STATES } from '../manifest/lifecycle.js';
import type { ManifestRow } from '../manifest/manifest.js';
import { parseGlobs, refuseProtected } from '../manifest/scope.js';
import type { OperationContext } from '../ports.js';
import type { StoreReader } from '../store-port.js';

/** Records the agent's wish to widen its manifest; the operator grants it by `ces approve`. Returns its id. */
export async function requestAmendment(
  ctx: OperationContext,
  row: ManifestRow,
  wish: { scope?: readonly string[]; acceptance_criteria?: readonly string[]; reason: string },
): Promise<string> {
  const scope = parseGlobs(wish.scope ?? [], 'amend.scope');
  refuseProtected(scope, row.manifest.scope.protected, 'amend.scope');
  const criteria = wish.acceptance_criteria ?? [];
  if (scope.length + criteria.length === 0)
    throw new CesError(
      'invalid_input',
      'The amendment asks for nothing.',
      'Give amend.scope or amend.acceptance_criteria, with a reason.',
    );
  if (FINAL_STATES.includes(row.state))
    throw new CesError(
      'illegal_transition',
      `Manifest ${row.id} is ${row.state} and can't be amended.`,
      'Ask for a new manifest.',
    );
  const id = ctx.ids.create('A');
  const at = ctx.clock.now();
  const body = {
    id,
    manifest_id: row.id,
    version: row.version,
    scope,
    acceptance_criteria: criteria,
    reason: wish.reason,
  };
  return ctx.store.transact((tx) => {
    const same = findSame(tx, row.id, scope, criteria);
    if (same !== null) return same;
    const digest = tx.putRecord({ kind: 'amendment', id, manifestId: row.id, at, body });
    tx.append(
      {
        type: 'amendment.requested',
        ...ctx.caller,
        summary: `${id}: widen ${row.id} by ${[...scope, ...criteria].join(', ').slice(0, 120)}`,
        body: { manifest_id: row.id, amendment_id: id, record: { kind: 'amendment', id, digest } },
      },
      at,
    );
    return id;
  });
}

// An agent that asks again for what it asked before (a retry, a restart) gets the same amendment back.
function findSame(
  reader: StoreReader,
  manifestId: string,
  scope: readonly string[],
  criteria: readonly string[],
): string | null {
  const key = JSON.stringify([scope, criteria]);
  for (const record of reader.records('amendment', manifestId)) {
    const body = amendmentBody(record.body);
    if (body !== null && JSON.stringify([body.scope, body.acceptance_criteria]) === key) return record.id;
  }
  return null;
}

export interface AmendmentBody {
  readonly id: string;
  readonly manifest_id: string;
  readonly version: number;
  readonly scope: readonly string[];
  readonly acceptance_criteria: readonly string[];
  readonly reason: string;
}

/** Reads a stored amendment; null for what is none. */
export function amendmentBody(body: unknown): AmendmentBody | null {
  if (typeof body !== 'object' || body === null) return null;
  const value: Partial<AmendmentBody> = body;
  const { id, manifest_id, version, scope, acceptance_criteria, reason } = value;
  if (
    id === undefined ||
    manifest_id === undefined ||
    version === undefined ||
    scope === undefined ||
    acceptance_criteria === undefined ||
    reason === undefined
  )
    return null;
  return { id, manifest_id, version, scope, acceptance_criteria, reason };
}
