import { join } from 'node:path';
import { showLine } from '../../core/approval/display.js';
import type { Context } from '../../core/context.js';
import { CesError } from '../../core/errors.js';
import {
  type Approval,
  approve,
  type Proposal,
  proposeChange,
  proposeOther,
  widen,
} from '../../core/operations/approve.js';
import { findPending, type Pending } from '../../core/operations/pending.js';
import { readStatus } from '../../core/operations/read-status.js';
import { restoreExports } from '../../core/operations/restore-exports.js';
import { type ChangeReview, reviewChange, type Waiver } from '../../core/operations/review-change.js';
import { createSshSigner } from '../../core/signing/ssh-sign.js';
import { createPins } from '../../core/witness/pins.js';
import { confirm } from '../ask.js';
import { type Cli, type ExitCode, withProject } from '../cli.js';
import { refuseAgents, requireTerminal } from '../guard.js';
import { requireUsableKey } from '../operator-key.js';
import { renderFindings } from '../render/findings.js';
import { renderManifest } from '../render/manifest.js';
import { renderStatement, showReview, warnNotShown } from '../render/review.js';
import { carryOut } from './verify.js';

interface ApproveOptions {
  readonly waive?: readonly string[];
  readonly reason?: readonly string[];
  readonly yes?: boolean;
  /** Believe the run that the state holds instead of running the checks again. */
  readonly recordedRun?: boolean;
}

/** `ces approve [ID]`: shows what waits, whole, and has it signed with a passphrase that only ssh-keygen sees. */
export async function run(cli: Cli, id: string | undefined, options: ApproveOptions): Promise<ExitCode> {
  await refuseAgents(cli, 'ces approve');
  await requireTerminal(cli, 'ces approve');
  const waivers = pairWaivers(options);
  return withProject(cli, 'write', async (ctx) => {
    await restoreExports(ctx);
    const pending = findPending(ctx, id);
    const key = await requireUsableKey(cli);
    const shown = await propose(cli, ctx, pending, waivers, options);
    if (shown === null) return 1;
    const { proposal, notShown } = shown;
    cli.out.show(renderStatement(cli.out.colors, proposal.statement));
    if (options.yes !== true && !(await confirm(`${warnNotShown(notShown)}Approve ${pending.kind} ${pending.id}?`))) {
      cli.out.say('Nothing was signed.');
      return 1;
    }
    cli.out.say(`ssh-keygen asks for the passphrase of ${key.path}.`);
    const signer = createSshSigner({ keyPath: key.path, checker: ctx.signatures });
    const pins = createPins({ configDir: cli.folders.configDir, projectId: ctx.projectId });
    const approval = await approve(ctx, proposal, signer, (digest) => pins.add(digest));
    return (await answer(cli, ctx, proposal, approval)) === null ? 0 : 1;
  });
}

function pairWaivers({ waive = [], reason = [] }: ApproveOptions): Waiver[] {
  if (waive.length !== reason.length || reason.some((text) => text.trim() === ''))
    throw new CesError(
      'usage',
      `${waive.length} finding(s) are to be waived, and ${reason.length} reason(s) were given.`,
      'Give each --waive FINDING its --reason TEXT.',
    );
  return waive.map((finding, index) => ({ finding, reason: reason[index] ?? '' }));
}

/** Shows what waits and gives the bytes to sign; null when it is not ready, which was said. */
async function propose(
  cli: Cli,
  ctx: Context,
  pending: Pending,
  waivers: readonly Waiver[],
  options: ApproveOptions,
): Promise<{ readonly proposal: Proposal; readonly notShown: number } | null> {
  const { colors } = cli.out;
  if (pending.kind !== 'change') {
    if (waivers.length > 0)
      throw new CesError('usage', `A ${pending.kind} has no findings to waive.`, 'Leave --waive out.');
    const manifest = pending.kind === 'manifest' ? pending.row.manifest : widen(pending.row, pending.amendment);
    cli.out.show(
      [
        `${colors.bold(`${pending.kind} ${pending.id}`)}`,
        ...renderManifest(colors, manifest),
        ...describeAmendment(cli, pending),
      ].join('\n'),
    );
    return { proposal: proposeOther(ctx, pending), notShown: 0 };
  }
  cli.out.progress('Hashing every file …');
  let review = await reviewChange(ctx, pending.row, waivers);
  refuseUnknown(review, waivers);
  if (review.blockers.length === 0 && options.recordedRun !== true) {
    await verifyAnew(cli, ctx, pending.row.id);
    review = await reviewChange(ctx, pending.row, waivers);
  }
  const { text, notShown } = await showReview(ctx, colors, review);
  cli.out.show(text);
  if (review.blockers.length === 0) return { proposal: proposeChange(ctx, pending, review), notShown };
  const { row, measurement, blockers } = review;
  cli.out.answer(
    {
      ...describe(pending, null),
      base: { commit: row.manifest.base.commit, tree: row.manifest.base.tree },
      candidate_tree: measurement.scan.candidate.digest,
      findings: blockers,
    },
    () =>
      [
        '',
        colors.red(`Not ready: ${blockers.length} finding(s) stand against it.`),
        ...renderFindings(colors, blockers),
        `Let the agent mend them, or waive each: ces approve --waive ${blockers[0]?.id} --reason TEXT`,
      ].join('\n'),
  );
  return null;
}

// An agent with the operator's rights can write what the state says of a run. What is signed was seen by this very process.
async function verifyAnew(cli: Cli, ctx: Context, manifestId: string): Promise<void> {
  cli.out.say('Running the checks once more, in this process: a recorded run could have been written by anybody.');
  await carryOut(cli, ctx, { manifest_id: manifestId, anew: true });
}

function describeAmendment(cli: Cli, pending: Pending): string[] {
  if (pending.kind !== 'amendment') return [];
  const { scope, acceptance_criteria, reason } = pending.amendment;
  return [
    '',
    cli.out.colors.bold('New in it'),
    ...[...scope, ...acceptance_criteria].map((text) => `  + ${showLine(text)}`),
    `  because (reported): ${showLine(reason)}`,
  ];
}

function refuseUnknown(review: ChangeReview, waivers: readonly Waiver[]): void {
  const unknown = waivers.find((waiver) => !review.findings.some((finding) => finding.id === waiver.finding));
  if (unknown === undefined) return;
  const known = review.findings.map((finding) => finding.id).join(', ') || 'none';
  throw new CesError('not_found', `There is no finding ${unknown.finding} to waive.`, `Findings: ${known}.`);
}

function describe(pending: Pending, approval: Approval | null) {
  return {
    id: approval?.decision.id ?? pending.id,
    target: pending.id,
    kind: pending.kind,
    decision: approval === null ? 'not_ready' : 'approve',
    signer: approval?.signer ?? null,
    statement_path: null,
    signature_path: null,
    ledger: approval?.ledger ?? null,
  };
}

/** Says what was signed; gives back why the files are no longer those, or null. */
async function answer(cli: Cli, ctx: Context, proposal: Proposal, approval: Approval): Promise<string | null> {
  const { decision, signer } = approval;
  const { statementPath, signaturePath } = await ctx.exports.write(decision.id, decision.statement, decision.signature);
  const { pending } = proposal;
  const { base } = pending.row.manifest;
  const command = `ssh-keygen -Y verify -n ces-approval -I ${signer} -f ${quote(join(cli.folders.configDir, 'allowed_signers'))} -s ${quote(join(ctx.root, signaturePath))} < ${quote(join(ctx.root, statementPath))}`;
  const moved = proposal.kind === 'change' ? await findMove(ctx, decision.id) : null;
  const value = {
    ...describe(pending, approval),
    base: { commit: base.commit, tree: base.tree },
    candidate_tree: proposal.kind === 'change' ? proposal.review.measurement.scan.candidate.digest : null,
    statement_path: statementPath,
    signature_path: signaturePath,
    verify_command: command,
    moved_on: moved,
  };
  cli.out.answer(value, () =>
    [
      cli.out.colors.green(`Approved: ${decision.id}, ${pending.kind} ${pending.id}, signed by ${signer}.`),
      `  ${statementPath}`,
      `  ${signaturePath}`,
      'Anyone with your public key can check it:',
      `  ${command}`,
      ...(moved === null
        ? []
        : [
            cli.out.colors.yellow(
              `The workspace moved on meanwhile: ${moved}. What you signed stands for the files that you were shown.`,
            ),
          ]),
      `Next: ${moved !== null ? 'ces explain' : proposal.kind === 'change' ? 'git commit' : 'ces status'}`,
    ].join('\n'),
  );
  return moved;
}

async function findMove(ctx: Context, decisionId: string): Promise<string | null> {
  const own = (await readStatus(ctx)).decisions.find((decision) => decision.id === decisionId);
  if (own === undefined) return 'the decision is not there any more';
  return own.verdict.status === 'approved' ? null : own.verdict.reason;
}

function quote(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
