import type { ClaimFacts, ClaimRule } from '../facts.js';
import type { FindingInput } from '../finding.js';

/** A passing run of every required check, by CES, on a clean copy of exactly these files. */
export const checksRule: ClaimRule = (facts) => {
  const required = facts.manifest.checks.filter((check) => check.status === 'required');
  if (required.length === 0)
    return [
      {
        kind: 'check_missing',
        severity: 'medium',
        message: 'The manifest requires no check: nothing but the files themselves speaks for this work.',
        fix: 'The operator decides whether that is enough; a profile with checks would say more.',
      },
    ];
  if (facts.run === null) return required.map((check) => missing(check.id));
  if (facts.run.candidateTree !== facts.candidateTree) return [stale(facts, facts.run.id)];
  const { run } = facts;
  return required.flatMap((check): FindingInput[] => {
    const result = run.checks.find((entry) => entry.id === check.id);
    const same = result !== undefined && JSON.stringify(result.argv) === JSON.stringify(check.argv);
    if (!same) return [missing(check.id)];
    if (result.status === 'pass') return [];
    const where = result.diagnostics[0];
    return [
      {
        kind: 'check_failed',
        severity: 'critical',
        message: `Check ${check.id} is ${result.status} in ${run.id}: ${result.reason ?? 'no reason was given'}`,
        fix: 'Mend the cause, then call ces_verify again.',
        check: check.id,
        ...(where === undefined ? {} : { line: where.line }),
      },
    ];
  });
};

function missing(check: string): FindingInput {
  return {
    kind: 'check_missing',
    severity: 'high',
    message: `Check ${check} has not been run on these files.`,
    fix: 'Call ces_verify.',
    check,
  };
}

function stale(facts: ClaimFacts, run: string): FindingInput {
  return {
    kind: 'stale',
    severity: 'high',
    message: `The files changed after ${run}: it was of ${facts.run?.candidateTree ?? ''}, now it is ${facts.candidateTree}.`,
    fix: 'Call ces_verify again, and change nothing between it and the claim.',
  };
}
