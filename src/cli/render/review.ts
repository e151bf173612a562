import { createHash } from 'node:crypto';
import { showLine } from '../../core/approval/display.js';
import { parseStatement } from '../../core/approval/statement.js';
import type { ChangePredicate } from '../../core/approval/statement-schema.js';
import type { Context } from '../../core/context.js';
import { type ChangeReview, summarizeResidue } from '../../core/operations/review-change.js';
import type { Colors } from '../output.js';
import { renderDelta } from './delta.js';
import { renderFindings, renderPaths } from './findings.js';
import { renderManifest } from './manifest.js';
import { renderRun } from './run.js';

const PATH_LIMIT = 500;

export interface RenderedReview {
  readonly text: string;
  /** How many files are not shown, or not in full. */
  readonly notShown: number;
}

/** Everything that the operator is to see of a finished change; the diff is of the very bytes whose digests are signed. */
export async function showReview(ctx: Context, colors: Colors, review: ChangeReview): Promise<RenderedReview> {
  const { row, measurement, claim, run } = review;
  const delta = await renderDelta(ctx, colors, row.manifest.base.commit, measurement.delta);
  const lines = [
    ...title(colors, 'Request and manifest'),
    ...renderManifest(colors, row.manifest),
    ...title(colors, 'Changes from the base'),
    ...delta.lines,
    ...title(colors, 'What the agent claims (reported)'),
    claim === null ? '  no claim was made' : `  ${showLine(claim.claim.summary, 2000)}`,
    ...(claim?.claim.open_questions ?? []).map((question) => `  open: ${showLine(question)}`),
    ...review.evidence.map(
      (entry) => `  reported ${entry.id} for ${entry.criteria.join(', ')}: ${showLine(entry.summary)}`,
    ),
    ...title(colors, 'Checks that CES ran'),
    ...(run === null ? [`  ${colors.red('none speaks for these files')}`] : renderRun(colors, run)),
    ...title(colors, 'Beside the change'),
    ...renderSurroundings(colors, review),
    ...title(colors, 'Findings'),
    ...(review.findings.length === 0 ? ['  none'] : renderFindings(colors, review.findings)),
    ...review.waivers.map(({ finding, reason }) => `  ${colors.yellow('waived')} ${finding}: ${showLine(reason)}`),
    ...(measurement.scan.refusals.length === 0
      ? []
      : [
          '  What git would store otherwise, or can not be known:',
          ...renderPaths(measurement.scan.refusals.map(({ path, detail }) => `${path}: ${detail}`)),
        ]),
  ];
  return { text: lines.join('\n'), notShown: delta.notShown };
}

/** What the question before signing begins with: how many files nobody has seen in full; nothing where all were shown. */
export function warnNotShown(count: number): string {
  if (count === 0) return '';
  return count === 1 ? '1 file is not shown in full. ' : `${count} files are not shown in full. `;
}

function renderSurroundings(colors: Colors, review: ChangeReview): string[] {
  const { unattributed, residue } = review.measurement;
  const classes = summarizeResidue(residue);
  return [
    ...(unattributed.length === 0
      ? ['  No path was changed before the work began.']
      : [
          `  ${colors.yellow(`${unattributed.length} unattributed paths`)}, changed before the work began:`,
          ...renderPaths(unattributed, PATH_LIMIT),
        ]),
    ...(classes.length === 0 ? ['  No residue changed.'] : ['  Residue (not part of the commit):']),
    ...classes.map(
      (group) => `    ${group.class}: ${group.created} created, ${group.modified} modified, ${group.deleted} deleted`,
    ),
    ...(review.unsignedCommits.length === 0 ? [] : [`  ${review.unsignedCommits.length} commits since the base:`]),
    ...review.unsignedCommits.map(({ commit, subject }) => `    ${commit.slice(0, 12)} ${showLine(subject, 100)}`),
  ];
}

/** What the signature will be over: subjects, what they are bound to, size and digest of the statement. */
export function renderStatement(colors: Colors, statement: Uint8Array): string {
  const parsed = parseStatement(statement);
  if (!parsed.ok) throw new TypeError(`the statement can't be read back: ${parsed.reason}`);
  const { subject, predicate } = parsed.statement;
  return [
    ...title(colors, 'What you sign'),
    ...subject.flatMap(({ name, digest }) =>
      Object.entries(digest).map(([kind, value]) => `  ${name === kind ? kind : `${name} ${kind}`} ${value}`),
    ),
    ...(predicate.kind === 'change' ? describeChange(predicate) : []),
    `  project ${predicate.project}, ledger entry ${predicate.ledger.sequence}, good until ${predicate.expiresAt ?? 'revoked'}`,
    `  statement: ${statement.length} bytes, sha256 ${createHash('sha256').update(statement).digest('hex')}`,
  ].join('\n');
}

function describeChange({ base, manifest, verification, waivers, level, policy }: ChangePredicate): string[] {
  return [
    `  on base ${base.commit ?? 'none'}, tree ${base.gitTree}`,
    `  manifest ${manifest.id} ${manifest.digest}, let start by ${showLine(policy.rule)}`,
    `  run ${verification.runId} (${verification.verdict}), ${waivers.length} waivers, level ${level}`,
  ];
}

function title(colors: Colors, text: string): string[] {
  return ['', colors.bold(`── ${text}`)];
}
