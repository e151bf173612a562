import type { OperationContext } from '../ports.js';

/** Keeps what lies here when the operator begins to govern, once: later, installed packages are compared with it. */
export async function recordFirstScan(ctx: OperationContext): Promise<void> {
  if (ctx.store.read.entries({ type: 'scan.recorded', limit: 1 }).length > 0) return;
  const base = await ctx.workspace.readBase();
  const scan = await ctx.workspace.scan({ mode: 'full', base, localIgnores: await ctx.workspace.readLocalIgnores() });
  const id = await ctx.content.saveScan(scan);
  const at = ctx.clock.now();
  ctx.store.transact((tx) => {
    tx.append(
      {
        type: 'scan.recorded',
        ...ctx.caller,
        summary: `first look: ${scan.candidate.entries.length} files, ${scan.residue.length} beside them`,
        body: { scan: id, candidate_tree: scan.candidate.digest, commit: base.commit },
      },
      at,
    );
  });
}
