import { CesError } from '../errors.js';
import type { OperationContext } from '../ports.js';
import type { Present } from './judge-approvals.js';
import { measure, readManifestBase } from './measure.js';

/** What the newest manifest's base and the files give now; a place where nothing can match when they can't be read. */
export async function readPresent(ctx: OperationContext): Promise<Present> {
  const nowhere = { base: { commit: null, digest: '', gitTree: '' }, candidate: { digest: '', gitTree: '' } };
  try {
    const row = ctx.store.read.manifests()[0];
    if (row === undefined) return nowhere;
    const base = await readManifestBase(ctx, row);
    const { scan } = await measure(ctx, row, 'stat');
    return {
      base: { commit: base.commit, digest: base.tree.digest, gitTree: base.tree.gitTree },
      candidate: scan.candidate,
    };
  } catch (error) {
    if (error instanceof CesError) return nowhere;
    throw error;
  }
}
