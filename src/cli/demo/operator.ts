import { structuredPatch } from 'diff';
import { createContext } from '../../core/context.js';
import { approve, proposeChange } from '../../core/operations/approve.js';
import { findPending } from '../../core/operations/pending.js';
import { readChange } from '../../core/operations/read-change.js';
import { type ChangeReview, reviewChange } from '../../core/operations/review-change.js';
import type { OperationContext } from '../../core/ports.js';
import { runProcess } from '../../core/process/run.js';
import type { DemoProject, Governed } from './demo-project.js';
import { createDemoSigner } from './demo-signer.js';
import type { Story } from './story.js';

export interface SignedChange {
  readonly decisionId: string;
  readonly signer: string;
  readonly gitTree: string;
  /** Relative to the root. */
  readonly statementPath: string;
  readonly signaturePath: string;
}

/** The operator's part: looks at what is measured now, and signs it with the demo's own key. */
export async function approveAsOperator(
  story: Story,
  project: DemoProject,
  { projectId, keyPath, fingerprint }: Governed,
): Promise<SignedChange> {
  const caller = { principal: 'operator', channel: 'cli', session: null } as const;
  const ctx = createContext({ root: project.root, folders: project.folders, caller, mode: 'write' });
  try {
    story.begin('review', 'operator');
    const pending = findPending(ctx, undefined);
    story.expect(pending.kind === 'change', 'a finished change that waits for a decision');
    const review = await reviewChange(ctx, pending.row, []);
    await tellReview(story, ctx, review);
    const proposal = proposeChange(ctx, pending, review);

    story.begin('approve', 'operator');
    const base = review.row.manifest.base.commit?.slice(0, 12) ?? 'nothing';
    story.tell(`Signs the step from ${base} to exactly this tree, with the key made for this run: ${fingerprint}`);
    const signer = createDemoSigner({ projectId, keyPath, runProcess });
    const approval = await approve(ctx, proposal, signer, refusePin);
    const { id, statement, signature } = approval.decision;
    const paths = await ctx.exports.write(id, statement, signature);
    story.tell(`${id}: approved by ${approval.signer}, ledger entry ${approval.ledger.sequence}.`, 'good');
    const { gitTree } = review.measurement.scan.candidate;
    return { decisionId: id, signer: approval.signer, gitTree, ...paths };
  } finally {
    await ctx.close();
  }
}

async function tellReview(story: Story, ctx: OperationContext, review: ChangeReview): Promise<void> {
  const { row, run, findings, measurement } = review;
  story.tell('Looks, in short (`ces approve` shows all), at what is measured now:');
  for (const change of measurement.delta) {
    const { path, kind } = change;
    story.tell(`${kind} ${path}`);
    const { before, after } = await readChange(ctx, change, row.manifest.base.commit, refuseLink);
    const patch = structuredPatch(path, path, textOf(before), textOf(after), '', '', { context: 0 });
    for (const line of patch.hunks.flatMap(({ lines }) => lines)) story.code(line, toneOf(line));
  }
  for (const check of run?.checks ?? []) {
    const { id, status, tests, containment } = check;
    const where = containment === 'none' ? 'uncontained' : `in ${containment}`;
    story.tell(`Check ${id}: ${status}, ${tests?.passed} of ${tests?.total} tests, ${where}.`);
  }
  const { unattributed, residue } = measurement;
  story.tell(
    `Findings: ${findings.length}. Changed before the work began: ${unattributed.length}. Outside the commit: ${residue.length}.`,
  );
  for (const finding of findings) story.tell(`- ${finding.severity}: ${finding.message}`);
  story.expect(run?.verdict === 'pass', 'a passing run of exactly these files');
  story.expect(review.blockers.length === 0, 'nothing that stands against it');
}

function textOf(bytes: Uint8Array | null): string {
  return bytes === null ? '' : Buffer.from(bytes).toString('utf8');
}

async function refuseLink(path: string): Promise<Uint8Array> {
  throw new Error(`${path} is a link, and the demo makes none`);
}

function toneOf(line: string): 'good' | 'bad' | 'quiet' {
  if (line.startsWith('+')) return 'good';
  return line.startsWith('-') ? 'bad' : 'quiet';
}

// The demo's manifest is authorized by policy: only the signature of a manifest pins the checks that it names.
async function refusePin(): Promise<void> {
  throw new Error('the demo signs no manifest');
}
