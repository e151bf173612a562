import { createHash } from 'node:crypto';
import { createFinding, type Finding } from '../claim/finding.js';
import { CesError } from '../errors.js';
import type { Evidence } from '../evidence/evidence.js';
import { WORKING_STATES } from '../manifest/lifecycle.js';
import type { OperationContext } from '../ports.js';
import { requireLiving, requireState } from './manifest-state.js';
import { measure } from './measure.js';

export interface EvidenceInput {
  readonly manifest_id: string;
  readonly criteria: readonly string[];
  readonly kind: Evidence['kind'];
  readonly summary: string;
  readonly path?: string;
  readonly argv?: readonly string[];
  readonly exit_code?: number;
}

export interface EvidenceReceipt {
  readonly evidence_id: string;
  readonly digest: string;
  readonly candidate_tree: string;
  readonly provenance: 'reported';
  readonly counts_for: readonly string[];
  readonly findings: readonly Finding[];
  readonly next: string;
}

/** Takes evidence for criteria, binds it to the files as they are now, and labels it reported. Refuses unknown criteria and paths outside the root. */
export async function submitEvidence(ctx: OperationContext, input: EvidenceInput): Promise<EvidenceReceipt> {
  const row = requireLiving(ctx, input.manifest_id);
  requireState(row, WORKING_STATES, 'handing in evidence');
  const known = row.manifest.acceptance_criteria.map((criterion) => criterion.id);
  const unknown = input.criteria.find((id) => !known.includes(id));
  if (unknown !== undefined)
    throw new CesError(
      'invalid_input',
      `criteria names ${JSON.stringify(unknown)}, which ${row.id} does not have.`,
      `Use one or more of ${known.join(', ')}.`,
    );
  const bytes = input.path === undefined ? null : await ctx.workspace.read(input.path);
  if (input.path !== undefined && bytes === null)
    throw new CesError(
      'not_found',
      `There is no file ${JSON.stringify(input.path)} to keep as evidence.`,
      'Give a path below the root that exists.',
    );
  const { scan } = await measure(ctx, row, 'stat');
  const at = ctx.clock.now();
  const evidence: Evidence = {
    id: ctx.ids.create('E'),
    manifest_id: row.id,
    criteria: [...new Set(input.criteria)],
    kind: input.kind,
    summary: input.summary,
    path: input.path ?? null,
    path_digest: bytes === null ? null : `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    argv: input.argv === undefined ? null : [...input.argv],
    exit_code: input.exit_code ?? null,
    candidate_tree: scan.candidate.digest,
    provenance: 'reported',
    submitted_at: at,
  };
  const digest = ctx.store.transact((tx) => {
    const stored = tx.putRecord({ kind: 'evidence', id: evidence.id, manifestId: row.id, at, body: evidence });
    tx.append(
      {
        type: 'evidence.submitted',
        ...ctx.caller,
        summary: `${evidence.id} for ${evidence.criteria.join(', ')} (${evidence.kind})`,
        body: {
          manifest_id: row.id,
          record: { kind: 'evidence', id: evidence.id, digest: stored },
          candidate_tree: evidence.candidate_tree,
        },
      },
      at,
    );
    return stored;
  });
  return {
    evidence_id: evidence.id,
    digest,
    candidate_tree: evidence.candidate_tree,
    provenance: 'reported',
    counts_for: evidence.criteria,
    findings: judge(evidence),
    next: 'Hand in evidence for the criteria that are left, then call ces_verify and ces_completion_claim.',
  };
}

// What an agent says of a command is shown to the operator and proves nothing; a failure that it admits is worth saying back.
function judge(evidence: Evidence): Finding[] {
  if (evidence.exit_code === null || evidence.exit_code === 0) return [];
  return [
    createFinding({
      kind: 'evidence_mismatch',
      severity: 'medium',
      message: `The command that you name ended with ${evidence.exit_code}.`,
      fix: 'If the criterion demands this, say so in the claim; else mend it and hand in new evidence.',
      criterion: evidence.criteria[0] ?? '',
    }),
  ];
}
