import { showLine } from '../../core/approval/display.js';
import type { PathTime } from '../../core/delta/timeline.js';
import type { ExplainedChange, Explanation } from '../../core/operations/explain-work.js';
import type { Colors } from '../output.js';
import { renderFindings, renderPaths } from './findings.js';
import { renderManifest } from './manifest.js';
import { paintVerdict, renderRun } from './run.js';

/** What was asked, what was done and when, what was checked, what is wrong, what was decided. */
export function renderOverview(colors: Colors, explained: Explanation): string[] {
  const { row, status, evidence, claims, runs } = explained;
  const claim = claims.at(-1);
  const run = runs.at(-1);
  return [
    ...renderManifest(colors, row.manifest),
    ...title(colors, 'Criteria and evidence'),
    ...row.manifest.acceptance_criteria.flatMap(({ id, text }) => {
      const own = evidence.filter((entry) => entry.criteria.includes(id));
      const claimed = claim?.claim.criteria.some((entry) => entry.id === id) === true ? 'claimed' : 'not claimed';
      return [
        `  ${showLine(id)} (${claimed}): ${showLine(text)}`,
        ...own.map((entry) => `    reported ${entry.id} (${entry.kind}): ${showLine(entry.summary)}`),
        ...(own.length === 0 ? [`    ${colors.yellow('no evidence')}`] : []),
      ];
    }),
    ...title(colors, 'Changes from the base'),
    ...renderChanges(colors, explained),
    ...title(colors, 'Checks'),
    ...(run === undefined ? ['  none was run'] : renderRun(colors, run)),
    ...renderBlocked(colors, explained),
    ...title(colors, 'Findings'),
    ...(status === null || status.findings.length === 0 ? ['  none'] : renderFindings(colors, status.findings)),
    ...title(colors, 'Decisions'),
    ...renderDecisions(colors, explained),
  ];
}

function renderBlocked(colors: Colors, { blocked }: Explanation): string[] {
  if (blocked.length === 0) return [];
  return [
    ...title(colors, 'The agent reported itself blocked'),
    ...blocked.flatMap(({ at, reason, needs }) => [
      `  ${at}: ${showLine(reason, 1000)}`,
      `    needs: ${showLine(needs, 1000)}`,
    ]),
  ];
}

/** Who or what decided: authorization, risk, claims, decisions with their verdicts now, and the ledger's entries. */
export function renderDecisioning(colors: Colors, explained: Explanation): string[] {
  const { row, claims, unsignedCommits, history } = explained;
  return [
    `${colors.bold(row.id)} ${row.state}: ${showLine(row.manifest.objective)}`,
    `Risk: tier ${row.manifest.risk.tier}: ${showLine(row.manifest.risk.reasons.join('; '), 1000)}`,
    `Policy: ${row.manifest.policy.source}, ${showLine(row.manifest.policy.rule)} (${row.manifest.policy.digest})`,
    ...title(colors, 'Decisions'),
    ...renderDecisions(colors, explained),
    ...title(colors, 'Claims'),
    ...claims.map(
      (claim) =>
        `  ${claim.id} ${claim.at}: ${claim.accepted ? 'accepted' : 'refused'}, ${paintVerdict(colors, claim.verdict)}, ${claim.findings.length} finding(s): ${showLine(claim.claim.summary, 200)}`,
    ),
    ...(claims.length === 0 ? ['  none'] : []),
    ...title(colors, 'Commits since the base'),
    ...unsignedCommits.map(({ commit, subject }) => `  ${commit.slice(0, 12)} ${showLine(subject, 100)}`),
    ...(unsignedCommits.length === 0 ? ['  none'] : []),
    ...title(colors, 'Ledger'),
    ...history.map(
      (entry) =>
        `  ${String(entry.sequence).padStart(5)}  ${entry.at}  ${entry.principal}/${entry.channel}  ${entry.type}  ${showLine(entry.summary, 200)}`,
    ),
  ];
}

/** What must go on working, and what nobody's manifest accounts for. */
export function renderBrownfield(colors: Colors, { row, unattributed }: Explanation): string[] {
  const kept = row.manifest.must_not_break;
  return [
    `${colors.bold(row.id)} ${row.state}: ${showLine(row.manifest.objective)}`,
    ...title(colors, 'Must not break'),
    ...(kept.length === 0 ? ['  nothing was named'] : kept.map((text) => `  ${showLine(text)}`)),
    ...title(colors, 'Unattributed: changed before the work began'),
    ...(unattributed.length === 0 ? ['  none'] : renderPaths(unattributed, 1000)),
  ];
}

function renderChanges(colors: Colors, { changes, residue }: Explanation): string[] {
  const shown = residue.filter((change) => change.severity !== 'quiet');
  return [
    ...changes.map((change) => renderChange(colors, change)),
    ...(changes.length === 0 ? ['  none'] : []),
    ...(shown.length === 0 ? [] : [`  Residue (not part of the commit): ${shown.length} changed`]),
    ...renderPaths(
      shown.map((change) => `  ${change.kind} ${change.path} (${change.class})`),
      20,
    ),
  ];
}

function renderChange(colors: Colors, change: ExplainedChange): string {
  const marks = [
    ...(change.scope === 'deny' ? [colors.red('outside the scope')] : []),
    ...(change.unattributed ? [colors.yellow('unattributed')] : []),
  ];
  return `  ${change.kind} ${showLine(change.path)}: ${describeTime(change.when)}${marks.length === 0 ? '' : `; ${marks.join(', ')}`}`;
}

function describeTime(when: PathTime): string {
  if (!when.seen)
    return when.reason === 'left_out'
      ? 'at a time that is not watched'
      : `not seen when it happened${when.gaps.length === 0 ? '' : ` (${when.gaps.map((gap) => gap.kind).join(', ')})`}`;
  const { before, after } = when.between;
  const name = (call: typeof before, none: string) => (call === null ? none : `${showLine(call.name)} at ${call.at}`);
  return `${when.last}, after ${name(before, 'no call yet')}, before ${name(after, 'any later call')}`;
}

function renderDecisions(colors: Colors, { decisions, authorizedBy }: Explanation): string[] {
  return [
    `  authorized by: ${authorizedBy === null ? 'nobody yet' : showLine(authorizedBy)}`,
    ...decisions.map(
      ({ id, kind, at, signer, fingerprint, verdict }) =>
        `  ${id} ${kind} ${at}: ${paintVerdict(colors, verdict.status)}${signer === null ? '' : ` by ${signer} (${fingerprint})`}, ${showLine(verdict.reason)}`,
    ),
  ];
}

function title(colors: Colors, text: string): string[] {
  return ['', colors.bold(text)];
}
