import { showLine } from '../../core/approval/display.js';
import { summarizeDelta } from '../../core/delta/compare.js';
import { ledgerStateOf } from '../../core/operations/manifest-state.js';
import { explainPolicy } from '../../core/operations/read-policy.js';
import { type ProjectStatus, readStatus } from '../../core/operations/read-status.js';
import { isFresh } from '../../core/verification/run.js';
import { type Cli, type ExitCode, withProject } from '../cli.js';
import type { Output } from '../output.js';
import { renderFindings } from '../render/findings.js';
import { paintVerdict } from '../render/run.js';

/** `ces status`: where the work stands. Exit 1 while findings above low exist. Changes nothing. */
export async function run(cli: Cli): Promise<ExitCode> {
  const value = await withProject(cli, 'read', async (ctx) => {
    const status = await readStatus(ctx);
    const policy = status.row === null ? null : await explainPolicy(ctx, status.row.manifest);
    const state = status.row === null ? null : stateOf(status, ledgerStateOf(ctx.store.read, status.row.id));
    return {
      project_id: ctx.projectId,
      manifest: status.row === null ? null : viewRow(status, state),
      ...viewStatus(status),
      ...(policy === null ? {} : { policy_note: policy }),
    };
  });
  cli.out.answer(value, () => render(cli.out, value));
  return value.findings.some((finding) => finding.severity !== 'low') ? 1 : 0;
}

// The row may say what nobody decided; the ledger says where it was left. An end by time is no entry yet.
function stateOf({ row }: ProjectStatus, ledgerState: string): string {
  return row?.state === 'expired' ? row.state : ledgerState;
}

function viewStatus({ pending, findings, level, next }: ProjectStatus) {
  return { pending, findings, level, next };
}

function viewRow(status: ProjectStatus, state: string | null) {
  const { row, measurement, lastRun, decisions } = status;
  if (row === null) return null;
  const { manifest } = row;
  const delta = measurement === null ? null : summarizeDelta(measurement.delta);
  const decision = decisions.findLast((candidate) => candidate.kind === 'change' && candidate.manifestId === row.id);
  const required = manifest.checks.filter((check) => check.status === 'required');
  return {
    id: row.id,
    state,
    objective: manifest.objective,
    tier: manifest.risk.tier,
    scope: manifest.scope,
    retries_left: row.retriesLeft,
    expires_at: manifest.expires_at,
    base: { commit: manifest.base.commit, tree: manifest.base.tree },
    candidate_tree: measurement?.scan.candidate.digest ?? null,
    delta,
    unattributed: measurement?.unattributed ?? [],
    last_run:
      lastRun === null
        ? null
        : {
            run_id: lastRun.id,
            verdict: lastRun.verdict,
            fresh: measurement !== null && isFresh(lastRun, measurement.scan.candidate.digest, required),
          },
    approval:
      decision === undefined
        ? null
        : {
            id: decision.id,
            signer: decision.signer,
            fingerprint: decision.fingerprint,
            status: decision.verdict.status,
            reason: decision.verdict.reason,
          },
  };
}

interface StatusView extends ReturnType<typeof viewStatus> {
  readonly project_id: string;
  readonly manifest: ReturnType<typeof viewRow>;
  readonly policy_note?: string;
}

function render({ colors }: Output, view: StatusView): string {
  const { project_id, manifest, pending, findings, level, next, policy_note: policy } = view;
  return [
    ...(manifest === null ? [`${project_id}: no work was asked for yet`] : renderRow(colors, manifest)),
    ...pending.map((item) => `${colors.yellow('Waits for you')}: ${item.kind} ${item.id}: ${showLine(item.summary)}`),
    ...(findings.length === 0 ? [] : ['Findings:', ...renderFindings(colors, findings)]),
    ...(policy === undefined ? [] : [colors.yellow(policy)]),
    colors.dim(`Level ${level}`),
    `Next: ${next}`,
  ].join('\n');
}

function renderRow(colors: Output['colors'], row: NonNullable<StatusView['manifest']>): string[] {
  const { delta, last_run: run, approval } = row;
  return [
    `${colors.bold(row.id)} ${row.state}${row.state === 'approved' && approval?.status !== 'approved' ? ' once, but not as it lies here' : ''}: ${showLine(row.objective, 200)}`,
    `  tier ${row.tier}, ${row.retries_left} retries left, until ${row.expires_at}`,
    ...(delta === null
      ? []
      : [
          `  changed since the base: ${delta.created.length} created, ${delta.modified.length} modified, ${delta.deleted.length} deleted${row.unattributed.length === 0 ? '' : `; ${row.unattributed.length} unattributed`}`,
        ]),
    ...(run === null
      ? []
      : [
          `  last run: ${paintVerdict(colors, run.verdict)} ${run.run_id}${run.fresh ? '' : colors.yellow(' (stale: not of these files)')}`,
        ]),
    ...(approval === null
      ? []
      : [
          `  approval ${approval.id}: ${paintVerdict(colors, approval.status)}${approval.signer === null ? '' : ` by ${approval.signer} (${approval.fingerprint})`}, ${showLine(approval.reason)}`,
        ]),
  ];
}
