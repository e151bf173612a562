import { type Explanation, explainWork } from '../../core/operations/explain-work.js';
import { viewRun } from '../../core/operations/follow-run.js';
import { explainPolicy } from '../../core/operations/read-policy.js';
import { type Cli, type ExitCode, withProject } from '../cli.js';
import { renderBrownfield, renderDecisioning, renderOverview } from '../render/explanation.js';

type View = 'overview' | 'decisioning' | 'brownfield';

const RENDER = { overview: renderOverview, decisioning: renderDecisioning, brownfield: renderBrownfield };

/** `ces explain [ID]`: one manifest's story. Exit 1 while findings above low exist. Changes nothing. */
export async function run(cli: Cli, id: string | undefined, { view }: { view: View }): Promise<ExitCode> {
  const { explained, policy } = await withProject(cli, 'read', async (ctx) => {
    const found = await explainWork(ctx, id);
    return { explained: found, policy: found === null ? null : await explainPolicy(ctx, found.row.manifest) };
  });
  if (explained === null) {
    cli.out.answer(
      { view, manifest_id: null, next: 'ces manifest "REQUEST"' },
      () => 'No work was asked for yet.\nNext: ces manifest "REQUEST"',
    );
    return 0;
  }
  const { row, status } = explained;
  const value = {
    view,
    manifest_id: row.id,
    state: row.state,
    ...select(view, explained),
    ...(policy === null ? {} : { policy_note: policy }),
    next: status?.next ?? null,
  };
  cli.out.answer(value, () =>
    [
      ...RENDER[view](cli.out.colors, explained),
      ...(policy === null ? [] : ['', cli.out.colors.yellow(policy)]),
      ...(status === null ? [] : ['', `Next: ${status.next}`]),
    ].join('\n'),
  );
  return status?.findings.some((finding) => finding.severity !== 'low') === true ? 1 : 0;
}

function select(view: View, explained: Explanation): object {
  const { row, status, unattributed, authorizedBy, unsignedCommits, history, claims } = explained;
  const { manifest } = row;
  const findings = status?.findings ?? [];
  const decisions = explained.decisions.map(({ id, kind, at, signer, verdict }) => ({
    id,
    kind,
    at,
    signer,
    ...verdict,
  }));
  if (view === 'brownfield') return { must_not_break: manifest.must_not_break, unattributed, findings };
  if (view === 'decisioning')
    return {
      risk: manifest.risk,
      policy: manifest.policy,
      authorized_by: authorizedBy,
      decisions,
      claims,
      unsigned_commits: unsignedCommits,
      unattributed,
      findings,
      ledger: history,
    };
  const run = explained.runs.at(-1);
  return {
    objective: manifest.objective,
    scope: manifest.scope,
    acceptance_criteria: manifest.acceptance_criteria.map((criterion) => ({
      ...criterion,
      evidence: explained.evidence
        .filter((entry) => entry.criteria.includes(criterion.id))
        .map(({ id, kind, summary, provenance, submitted_at }) => ({ id, kind, summary, provenance, submitted_at })),
    })),
    changes: explained.changes.map(({ path, kind, when, scope, unattributed: early }) => ({
      path,
      kind,
      in_scope: scope === 'allow',
      unattributed: early,
      when,
    })),
    residue: explained.residue.map(({ path, kind, class: group, severity, when }) => ({
      path,
      kind,
      class: group,
      severity,
      when,
    })),
    unattributed,
    blocked: explained.blocked,
    last_run: run === undefined ? null : viewRun(run),
    findings,
    authorized_by: authorizedBy,
    decisions,
  };
}
