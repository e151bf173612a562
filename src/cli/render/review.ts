import { createHash } from 'node:crypto';
import { readlink } from 'node:fs/promises';
import { showLine } from '../../core/approval/display.js';
import { parseStatement } from '../../core/approval/statement.js';
import type { ChangePredicate } from '../../core/approval/statement-schema.js';
import type { Context } from '../../core/context.js';
import { readChange } from '../../core/operations/read-change.js';
import { type ChangeReview, summarizeResidue } from '../../core/operations/review-change.js';
import { fsPath } from '../../core/workspace/file-system.js';
import type { Colors } from '../output.js';
import { renderChange } from './diff.js';
import { renderFindings, renderPaths } from './findings.js';
import { renderManifest } from './manifest.js';
import { renderRun } from './run.js';

const FILE_LIMIT = 500;
const LINE_LIMIT = 20_000;

/** Everything that the operator is to see of a finished change; the diff is of the very bytes whose digests are signed. */
export async function renderReview(ctx: Context, colors: Colors, review: ChangeReview): Promise<string> {
  const { row, measurement, claim, run } = review;
  return [
    ...title(colors, 'Request and manifest'),
    ...renderManifest(colors, row.manifest),
    ...title(colors, 'Changes from the base'),
    ...(await renderDelta(ctx, colors, review)),
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
  ].join('\n');
}

async function renderDelta(ctx: Context, colors: Colors, { row, measurement }: ChangeReview): Promise<string[]> {
  const { delta } = measurement;
  const lines: string[] = [];
  const hidden: string[] = [];
  for (const change of delta) {
    // Read and hashed even where it is not shown: what is signed is there, as the digests say.
    const bytes = await readChange(ctx, change, row.manifest.base.commit, (path) =>
      readlink(fsPath(`${ctx.root}/${path}`), { encoding: 'buffer' }),
    );
    if (hidden.length + lines.length === 0 || (hidden.length < FILE_LIMIT && lines.length < LINE_LIMIT)) {
      const rendered = renderChange(colors, change, bytes);
      lines.push(...rendered.lines);
      if (rendered.hidden !== null) hidden.push(`${change.path} (${rendered.hidden})`);
    } else hidden.push(`${change.kind} ${change.path} (left out: the review is too long)`);
  }
  if (delta.length === 0) lines.push('  no file differs from the base');
  return [
    ...lines,
    `Files that differ: ${delta.length}; shown in full: ${delta.length - hidden.length}${hidden.length === 0 ? '' : `; ${colors.yellow(`not shown: ${hidden.length}`)}`}`,
    ...hidden.map((text) => `  ${showLine(text)}`),
  ];
}

function renderSurroundings(colors: Colors, review: ChangeReview): string[] {
  const { unattributed, residue } = review.measurement;
  const classes = summarizeResidue(residue);
  return [
    ...(unattributed.length === 0
      ? ['  No path was changed before the work began.']
      : [
          `  ${colors.yellow(`${unattributed.length} unattributed paths`)}, changed before the work began:`,
          ...renderPaths(unattributed, FILE_LIMIT),
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
