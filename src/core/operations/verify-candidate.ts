import type { CandidateTree } from '../delta/tree.js';
import { CesError } from '../errors.js';
import { WORKING_STATES } from '../manifest/lifecycle.js';
import type { ManifestRow } from '../manifest/manifest.js';
import type { ActiveRun, CheckRunner, OperationContext } from '../ports.js';
import type { CheckResult, CheckSpec } from '../verification/check.js';
import { isFresh, runVerdict, type VerificationRun } from '../verification/run.js';
import { readLiving, requireLiving, requireState, transition } from './manifest-state.js';
import { measure } from './measure.js';
import { readChecks } from './read-profile.js';
import { runsOf } from './read-records.js';
import { witnessHead } from './witness-head.js';

export interface VerifyInput {
  readonly manifest_id?: string;
  /** Ids of checks; all of the manifest's when left out. */
  readonly checks?: readonly string[];
  /** Runs them also where an earlier run of these very files passed: for whoever can't believe what lies in the state. */
  readonly anew?: boolean;
}

/**
 * Starts the checks on a clean copy of the candidate tree, or gives back the run that already speaks for these very files.
 * The run goes on when the caller stops waiting; `ctx.runs` holds it. Refuses (`invalid_input`) unknown checks.
 */
export async function startVerification(ctx: OperationContext, input: VerifyInput): Promise<ActiveRun> {
  const living =
    input.manifest_id === undefined && ctx.caller.principal === 'operator'
      ? readLiving(ctx)
      : requireLiving(ctx, input.manifest_id);
  if (living !== null && ctx.caller.principal === 'agent') requireState(living, WORKING_STATES, 'verifying');
  const active = [...ctx.runs.values()].find((run) => run.started.manifestId === (living?.id ?? ''));
  if (active !== undefined) return active;
  const subject = living === null ? await lookWithoutManifest(ctx) : await lookAt(ctx, living);
  const specs = select(subject.specs, input.checks);
  const earlier = input.anew === true ? [] : runsOf(ctx.store.read, living?.id ?? null);
  const valid = earlier.findLast((run) => run.verdict === 'pass' && isFresh(run, subject.candidate.digest, specs));
  if (valid !== undefined)
    return { manifestId: valid.manifestId, started: valid, done: Promise.resolve(valid), abort: new AbortController() };
  const runner = await ctx.checks();
  const started = begin(ctx, living, subject.candidate, specs, runner);
  const abort = new AbortController();
  const done = carryOut(ctx, started, specs, subject.candidate, runner, abort.signal).finally(() =>
    ctx.runs.delete(started.id),
  );
  const run: ActiveRun = { manifestId: living?.id ?? null, started, done, abort };
  ctx.runs.set(started.id, run);
  return run;
}

async function lookAt(
  ctx: OperationContext,
  row: ManifestRow,
): Promise<{ candidate: CandidateTree; specs: readonly CheckSpec[] }> {
  return { candidate: (await measure(ctx, row, 'full')).scan.candidate, specs: row.manifest.checks };
}

async function lookWithoutManifest(
  ctx: OperationContext,
): Promise<{ candidate: CandidateTree; specs: readonly CheckSpec[] }> {
  const base = await ctx.workspace.readBase();
  const { candidate } = await ctx.workspace.scan({
    mode: 'full',
    base,
    localIgnores: await ctx.workspace.readLocalIgnores(),
  });
  const paths = candidate.entries.map((entry) => entry.path);
  return { candidate, specs: (await readChecks(ctx, base, paths, [])).checks };
}

function select(specs: readonly CheckSpec[], wanted: readonly string[] | undefined): readonly CheckSpec[] {
  const known = specs.map((spec) => spec.id);
  const unknown = wanted?.find((id) => !known.includes(id));
  if (unknown !== undefined)
    throw new CesError(
      'invalid_input',
      `checks names ${JSON.stringify(unknown)}, which there is not.`,
      `Use one of: ${known.join(', ') || 'none'}.`,
    );
  return wanted === undefined ? specs : specs.filter((spec) => wanted.includes(spec.id));
}

function begin(
  ctx: OperationContext,
  row: ManifestRow | null,
  candidate: CandidateTree,
  specs: readonly CheckSpec[],
  runner: CheckRunner,
): VerificationRun {
  const at = ctx.clock.now();
  const run: VerificationRun = {
    id: ctx.ids.create('V'),
    manifestId: row?.id ?? '',
    candidateTree: candidate.digest,
    gitTree: candidate.gitTree,
    where: 'clean',
    containment: runner.containment,
    level: 0,
    startedAt: at,
    finishedAt: null,
    verdict: 'running',
    checks: [],
  };
  ctx.store.transact((tx) => {
    const current = row === null ? null : tx.manifest(row.id);
    if (current?.state === 'in_progress') transition(ctx, tx, current, 'verifying', `${run.id} started`, at);
    tx.append(
      {
        type: 'run.started',
        ...ctx.caller,
        summary: `${run.id}: ${specs.map((spec) => spec.id).join(', ') || 'no checks'}`,
        body: {
          manifest_id: row?.id ?? null,
          run_id: run.id,
          candidate_tree: run.candidateTree,
          containment: run.containment,
          checks: specs.map(({ id, argv }) => ({ id, argv })),
        },
      },
      at,
    );
  });
  return run;
}

async function carryOut(
  ctx: OperationContext,
  started: VerificationRun,
  specs: readonly CheckSpec[],
  candidate: CandidateTree,
  runner: CheckRunner,
  signal: AbortSignal,
): Promise<VerificationRun> {
  const checks = await runChecks(ctx, specs, candidate, runner, signal);
  const verdict = signal.aborted ? 'cancelled' : runVerdict(checks).verdict;
  const at = ctx.clock.now();
  const run: VerificationRun = { ...started, finishedAt: at, verdict, checks };
  ctx.store.transact((tx) => {
    const digest = tx.putRecord({ kind: 'run', id: run.id, manifestId: run.manifestId, at, body: run });
    tx.append(
      {
        type: 'run.finished',
        ...ctx.caller,
        summary: `${run.id}: ${verdict}`,
        body: {
          manifest_id: run.manifestId,
          record: { kind: 'run', id: run.id, digest },
          verdict,
          candidate_tree: run.candidateTree,
        },
      },
      at,
    );
    const row = run.manifestId === '' ? null : tx.manifest(run.manifestId);
    if (row?.state === 'verifying') transition(ctx, tx, row, 'in_progress', `${run.id} ended: ${verdict}`, at);
  });
  // A run that somebody rewrites later no longer fits the head that is kept outside.
  await witnessHead(ctx);
  return run;
}

async function runChecks(
  ctx: OperationContext,
  specs: readonly CheckSpec[],
  candidate: CandidateTree,
  runner: CheckRunner,
  signal: AbortSignal,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  try {
    const copy = await runner.prepare(ctx.root, candidate, ctx.workspace);
    try {
      for (const spec of specs) {
        if (signal.aborted) results.push(notRun(spec, runner, 'it was cancelled'));
        else results.push(await runner.run(spec, { dir: copy.dir, root: ctx.root, signal }));
      }
    } finally {
      await copy.dispose();
    }
  } catch (error) {
    // Whatever broke, nothing that was not seen to pass is a pass.
    const why = error instanceof CesError ? error.message : 'the run broke off';
    return specs.map((spec) => notRun(spec, runner, why));
  }
  return results;
}

function notRun(spec: CheckSpec, runner: CheckRunner, reason: string): CheckResult {
  return {
    id: spec.id,
    argv: spec.argv,
    required: spec.status === 'required',
    status: 'inconclusive',
    exitCode: null,
    durationMs: 0,
    tests: null,
    diagnostics: [],
    outputTail: '',
    reason,
    containment: runner.containment,
    toolVersion: null,
    environmentDigest: `sha256:${'0'.repeat(64)}`,
  };
}
