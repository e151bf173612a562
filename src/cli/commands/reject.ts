import { reject } from '../../core/operations/reject.js';
import { type Cli, type ExitCode, withProject } from '../cli.js';
import { refuseAgents } from '../guard.js';

/** `ces reject`: a no, which needs no signature; the agent is told the reason. */
export async function run(
  cli: Cli,
  id: string | undefined,
  options: { reason: string; cancel?: boolean },
): Promise<ExitCode> {
  await refuseAgents(cli, 'ces reject');
  const cancel = options.cancel === true;
  const value = await withProject(cli, 'write', async (ctx) => {
    const rejected = await reject(ctx, { id, reason: options.reason, cancel });
    const head = ctx.store.read.head();
    return {
      id: rejected.id,
      kind: rejected.kind,
      decision: cancel ? 'cancel' : 'reject',
      signer: null,
      base: { commit: rejected.row.manifest.base.commit, tree: rejected.row.manifest.base.tree },
      candidate_tree: null,
      statement_path: null,
      signature_path: null,
      ledger: { sequence: head?.sequence ?? 0, head: head?.hash ?? '' },
    };
  });
  cli.out.answer(
    value,
    () => `${value.kind} ${value.id} ${cancel ? 'cancelled' : 'rejected'}; the agent is told why when it asks again.`,
  );
  return 0;
}
