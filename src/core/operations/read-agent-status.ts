import type { Finding } from '../claim/finding.js';
import type { Manifest } from '../manifest/manifest.js';
import { decidePath } from '../manifest/scope.js';
import { judgeCommand } from '../policy/shell.js';
import type { OperationContext } from '../ports.js';
import { isFresh } from '../verification/run.js';
import { nextForAgent } from './next-step.js';
import { type ProjectStatus, readStatus } from './read-status.js';

export interface ScopeCheck {
  readonly decision: 'allow' | 'deny' | 'unjudged';
  readonly reasons: readonly string[];
  readonly writes: readonly string[];
}

export interface AgentStatus {
  readonly state: string;
  readonly manifest_id?: string;
  readonly findings: readonly Finding[];
  readonly delta: { created: number; modified: number; deleted: number };
  readonly last_run?: { run_id: string; verdict: string; fresh: boolean };
  readonly operator_command?: string;
  readonly scope_check?: ScopeCheck;
  readonly next: string;
}

/** Where the work stands, for the agent; with paths or a command, what the edit gate would answer. Asking is recorded. */
export async function readAgentStatus(
  ctx: OperationContext,
  input: { paths?: readonly string[]; command?: string },
): Promise<AgentStatus> {
  const status = await readStatus(ctx);
  const { row, lastRun, measurement } = status;
  const check =
    input.paths === undefined && input.command === undefined
      ? undefined
      : checkScope(ctx.root, row?.manifest ?? null, row?.state ?? 'none', input);
  if (check !== undefined) recordQuestion(ctx, row?.id ?? null, check);
  const candidate = measurement?.scan.candidate.digest ?? '';
  return {
    state: row?.state ?? 'none',
    ...(row === null ? {} : { manifest_id: row.id }),
    findings: status.findings,
    delta: countDelta(status),
    ...(lastRun === null || row === null
      ? {}
      : {
          last_run: {
            run_id: lastRun.id,
            verdict: lastRun.verdict,
            fresh: isFresh(
              lastRun,
              candidate,
              row.manifest.checks.filter((spec) => spec.status === 'required'),
            ),
          },
        }),
    ...(status.pending[0] === undefined ? {} : { operator_command: `ces approve ${status.pending[0].id}` }),
    ...(check === undefined ? {} : { scope_check: check }),
    next: row === null ? 'Call ces_manifest with objective, scope and acceptance_criteria.' : nextForAgent(row),
  };
}

function countDelta({ measurement }: ProjectStatus): AgentStatus['delta'] {
  const count = (kind: string) => measurement?.delta.filter((change) => change.kind === kind).length ?? 0;
  return { created: count('created'), modified: count('modified'), deleted: count('deleted') };
}

function checkScope(
  root: string,
  manifest: Manifest | null,
  state: string,
  input: { paths?: readonly string[]; command?: string },
): ScopeCheck {
  if (manifest === null || state !== 'in_progress')
    return {
      decision: 'deny',
      reasons: [
        manifest === null
          ? 'There is no manifest: call ces_manifest first.'
          : `The manifest is ${state}, not in_progress.`,
      ],
      writes: [...(input.paths ?? [])],
    };
  const denied = (input.paths ?? []).flatMap((path) => {
    const decided = decidePath(manifest.scope, path);
    return decided.decision === 'allow' ? [] : [`${path} is ${decided.why} (${decided.rule})`];
  });
  const command = input.command === undefined ? null : judgeCommand(input.command, manifest.scope, '.', { root });
  const decision = denied.length > 0 || command?.decision === 'deny' ? 'deny' : (command?.decision ?? 'allow');
  return {
    decision,
    reasons: [...denied, ...(command?.reasons ?? [])],
    writes: [...(input.paths ?? []), ...(command?.writes ?? [])],
  };
}

// Recorded, so that looking for a form that passes is never cheaper than trying it.
function recordQuestion(ctx: OperationContext, manifestId: string | null, check: ScopeCheck): void {
  ctx.store.transact((tx) =>
    tx.append(
      {
        type: 'scope.asked',
        ...ctx.caller,
        summary: `asked: ${check.decision}`,
        body: { manifest_id: manifestId, decision: check.decision, writes: check.writes.slice(0, 50) },
      },
      ctx.clock.now(),
    ),
  );
}
