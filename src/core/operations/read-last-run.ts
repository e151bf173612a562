import { CesError } from '../errors.js';
import type { OperationContext } from '../ports.js';
import type { VerificationRun } from '../verification/run.js';
import { findLiving } from './manifest-state.js';
import { measure } from './measure.js';
import { runsOf } from './read-records.js';

export interface LastRun {
  readonly run: VerificationRun;
  /** The files are still, to the byte, those that were run. */
  readonly fresh: boolean;
}

/** The newest finished run, and whether it still speaks for what is there. Refuses (`not_found`) where there is none. */
export async function readLastRun(ctx: OperationContext): Promise<LastRun> {
  const run = runsOf(ctx.store.read, null).at(-1);
  if (run === undefined) throw new CesError('not_found', 'No checks were run yet.', 'Run: ces verify');
  return { run, fresh: (await readCandidate(ctx)) === run.candidateTree };
}

async function readCandidate(ctx: OperationContext): Promise<string> {
  const row = findLiving(ctx.store.read);
  if (row !== null) return (await measure(ctx, row, 'full')).scan.candidate.digest;
  const base = await ctx.workspace.readBase();
  const localIgnores = await ctx.workspace.readLocalIgnores();
  return (await ctx.workspace.scan({ mode: 'full', base, localIgnores })).candidate.digest;
}
