import { createFinding, type Finding } from '../claim/finding.js';
import { CesError } from '../errors.js';
import type { OperationContext } from '../ports.js';
import { runVerdict, type VerificationRun } from '../verification/run.js';
import { runsOf } from './read-records.js';
import { startVerification, type VerifyInput } from './verify-candidate.js';

export interface FollowInput extends VerifyInput {
  readonly run_id?: string;
  readonly cancel?: boolean;
  readonly wait_seconds?: number;
}

export interface Waiting {
  readonly signal: AbortSignal;
  progress(message: string): void;
}

const DEFAULT_WAIT_SECONDS = 100;

/** Starts a run, or looks at one; waits a while for it, and answers `running` when it takes longer. Refuses (`not_found`) an unknown id. */
export async function followRun(ctx: OperationContext, input: FollowInput, waiting: Waiting): Promise<RunView> {
  if (input.run_id === undefined) {
    if (input.cancel === true)
      throw new CesError('invalid_input', 'cancel needs a run_id.', 'Give the run_id of the run to stop.');
    const active = await startVerification(ctx, input);
    return viewRun(await waitFor(active.started, active.done, input.wait_seconds ?? DEFAULT_WAIT_SECONDS, waiting));
  }
  const active = ctx.runs.get(input.run_id);
  if (active === undefined) return viewRun(findFinished(ctx, input.run_id));
  if (input.cancel === true) {
    active.abort.abort();
    return viewRun(await active.done);
  }
  return viewRun(await waitFor(active.started, active.done, input.wait_seconds ?? DEFAULT_WAIT_SECONDS, waiting));
}

function findFinished(ctx: OperationContext, id: string): VerificationRun {
  const run = runsOf(ctx.store.read, null).find((candidate) => candidate.id === id);
  if (run !== undefined) return run;
  const started = ctx.store.read.entries({ type: 'run.started' }).some((entry) => entry.body.run_id === id);
  if (!started)
    throw new CesError('not_found', `There is no run ${id}.`, 'Call ces_verify without run_id to start one.');
  throw new CesError(
    'not_found',
    `Run ${id} was cut off: the process that carried it out is gone, and nothing came of it.`,
    'Call ces_verify without run_id to start anew.',
  );
}

async function waitFor(
  started: VerificationRun,
  done: Promise<VerificationRun>,
  seconds: number,
  waiting: Waiting,
): Promise<VerificationRun> {
  const begun = Date.now();
  const ticker = setInterval(
    () => waiting.progress(`checks are running (${Math.round((Date.now() - begun) / 1000)} s)`),
    2000,
  );
  let timer: NodeJS.Timeout | undefined;
  const onAbort = Promise.withResolvers<VerificationRun>();
  waiting.signal.addEventListener('abort', () => onAbort.resolve(started), { once: true });
  const limit = new Promise<VerificationRun>((resolve) => {
    timer = setTimeout(() => resolve(started), seconds * 1000);
  });
  try {
    return await Promise.race([done, limit, onAbort.promise]);
  } finally {
    clearInterval(ticker);
    clearTimeout(timer);
  }
}

export interface RunView {
  readonly run_id: string;
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | 'running';
  readonly where: VerificationRun['where'];
  readonly containment: VerificationRun['containment'];
  readonly level: number;
  readonly candidate_tree: string;
  readonly checks: readonly object[];
  readonly findings: readonly Finding[];
  readonly next: string;
}

/** A run in the words of `ces_verify`. A cancelled run is inconclusive: nothing was seen to pass. */
export function viewRun(run: VerificationRun): RunView {
  return {
    run_id: run.id,
    verdict: run.verdict === 'cancelled' ? 'inconclusive' : run.verdict,
    where: run.where,
    containment: run.containment,
    level: run.level,
    candidate_tree: run.candidateTree,
    checks: run.checks.map((check) => ({
      id: check.id,
      argv: check.argv,
      required: check.required,
      status: check.status,
      exit_code: check.exitCode,
      duration_ms: Math.round(check.durationMs),
      ...(check.tests === null ? {} : { tests: check.tests }),
      diagnostics: check.diagnostics,
      output_tail: check.outputTail,
      ...(check.reason === null ? {} : { reason: check.reason }),
    })),
    findings: judgeRun(run),
    next: nextOf(run),
  };
}

function judgeRun(run: VerificationRun): Finding[] {
  const failed = run.checks
    .filter((check) => check.status !== 'pass')
    .map((check) =>
      createFinding({
        kind: 'check_failed',
        severity: check.required ? 'critical' : 'low',
        message: `${check.id} is ${check.status}: ${check.reason ?? 'no reason was given'}`,
        fix: 'Mend the cause and verify again.',
        check: check.id,
      }),
    );
  if (run.verdict !== 'inconclusive' || run.checks.some((check) => check.required)) return failed;
  return [
    ...failed,
    createFinding({
      kind: 'check_missing',
      severity: 'medium',
      message: runVerdict(run.checks).reason ?? 'nothing was run',
      fix: 'The operator can name checks in the verification profile.',
    }),
  ];
}

function nextOf(run: VerificationRun): string {
  switch (run.verdict) {
    case 'pass':
      return 'Passed on these very files. Hand in evidence if any is missing, then ces_completion_claim; any change makes this run stale.';
    case 'running':
      return `Still running: call ces_verify with run_id ${run.id}.`;
    case 'cancelled':
      return 'Cancelled. Call ces_verify to start anew.';
    case 'fail':
      return 'Mend what failed, then call ces_verify again. If it can not be mended honestly: ces_report_blocked.';
    case 'inconclusive':
      return 'Nothing was proven: read the reasons. Mend them and verify again, or ces_report_blocked.';
  }
}
