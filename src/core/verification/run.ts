import type { CheckResult, CheckSpec, Containment } from './check.js';

export type RunVerdict = 'pass' | 'fail' | 'inconclusive' | 'running' | 'cancelled';

/** One run of checks over one tree. */
export interface VerificationRun {
  readonly id: string;
  readonly manifestId: string;
  /** `sha256:` digest of the candidate tree that was run. */
  readonly candidateTree: string;
  readonly gitTree: string;
  /** clean: a copy of the candidate tree; working: the workspace as it lies there; restored: with the base's tests. */
  readonly where: 'clean' | 'working' | 'restored';
  readonly containment: Containment;
  /** Assurance level that it was made at, 0–3. */
  readonly level: number;
  readonly startedAt: string;
  /** null while it runs. */
  readonly finishedAt: string | null;
  readonly verdict: RunVerdict;
  readonly checks: readonly CheckResult[];
}

/** All required checks pass → pass; one fails → fail; anything else → inconclusive. The reason is null for a pass. */
export function runVerdict(checks: readonly CheckResult[]): {
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  readonly reason: string | null;
} {
  const required = checks.filter((check) => check.required);
  if (required.length === 0) return { verdict: 'inconclusive', reason: 'nothing to judge by: no required check' };
  const bad = required.find((check) => check.status === 'fail') ?? required.find((check) => check.status !== 'pass');
  if (bad === undefined) return { verdict: 'pass', reason: null };
  return {
    verdict: bad.status === 'fail' ? 'fail' : 'inconclusive',
    reason: `${bad.id}: ${bad.reason ?? 'no reason given'}`,
  };
}

/** Whether the run is a finished clean one over exactly this candidate tree with every required check, by the same argv. */
export function isFresh(run: VerificationRun, candidateDigest: string, requiredSpecs: readonly CheckSpec[]): boolean {
  if (run.where !== 'clean' || run.finishedAt === null || run.candidateTree !== candidateDigest) return false;
  return requiredSpecs.every((spec) =>
    run.checks.some((check) => check.id === spec.id && check.required && isSameArgv(check.argv, spec.argv)),
  );
}

function isSameArgv(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((part, index) => part === other[index]);
}
