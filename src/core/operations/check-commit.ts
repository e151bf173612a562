import { createFinding, type Finding } from '../claim/finding.js';
import type { OperationContext } from '../ports.js';
import type { Measurement } from './measure.js';

/** What git has staged beside the files: `git commit` takes the index, and not what was measured and shown. */
export async function findStaged(ctx: OperationContext, { base, scan }: Measurement): Promise<Finding[]> {
  const strays = await ctx.workspace.stagedStrays(base, scan.candidate);
  return strays.map((path) =>
    createFinding({
      kind: 'residue',
      severity: 'high',
      message: `git has something staged for ${path} that is neither in the base nor the file that lies there: the next commit would hold it.`,
      fix: `Stage the file as it is (git add -A -- ${JSON.stringify(path)}), or unstage it (git reset -- ${JSON.stringify(path)}).`,
      path,
      check: 'index',
    }),
  );
}

/** A commit after the approval that holds neither the base nor what was signed. */
export async function findStrayHead(ctx: OperationContext, { base, scan }: Measurement): Promise<Finding[]> {
  const head = await ctx.workspace.readHeadTree();
  if (head === null || head === base.tree.gitTree || head === scan.candidate.gitTree) return [];
  return [
    createFinding({
      kind: 'stale',
      severity: 'high',
      message: `HEAD holds the tree ${head}, which is neither the base nor what was approved (${scan.candidate.gitTree}).`,
      fix: 'Commit exactly what was approved: git add -A, then git commit; look at git diff HEAD before you push.',
      check: 'head',
    }),
  ];
}
