import type { Context } from '../../core/context.js';
import { viewRun } from '../../core/operations/follow-run.js';
import { readLastRun } from '../../core/operations/read-last-run.js';
import { startVerification, type VerifyInput } from '../../core/operations/verify-candidate.js';
import type { VerificationRun } from '../../core/verification/run.js';
import { type Cli, type ExitCode, withProject } from '../cli.js';
import { renderRun } from '../render/run.js';

/** `ces verify`: runs the checks on a clean copy of the files as they are. Exit 1 unless all that is required passes. */
export async function run(cli: Cli, options: { last?: boolean }): Promise<ExitCode> {
  const last = options.last === true;
  const { run: done, fresh } = last
    ? await withProject(cli, 'read', readLastRun)
    : { run: await withProject(cli, 'write', (ctx) => carryOut(cli, ctx, {})), fresh: true };
  const { colors } = cli.out;
  cli.out.answer({ ...viewRun(done), fresh }, () =>
    [
      ...renderRun(colors, done),
      ...(fresh ? [] : [colors.yellow('Stale: the files are others by now. Run: ces verify')]),
    ].join('\n'),
  );
  return done.verdict === 'pass' && fresh ? 0 : 1;
}

/** Runs the checks with progress; Ctrl-C ends them. */
export async function carryOut(cli: Cli, ctx: Context, input: VerifyInput): Promise<VerificationRun> {
  const active = await startVerification(ctx, input);
  const begun = Date.now();
  const ticker = setInterval(
    () => cli.out.progress(`checks are running (${Math.round((Date.now() - begun) / 1000)} s)`),
    500,
  );
  // Ctrl-C ends the checks, which are in process groups of their own, and is recorded.
  const stop = (): void => active.abort.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  try {
    return await active.done;
  } finally {
    clearInterval(ticker);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, stop);
  }
}
