import type { ClaimRule } from '../facts.js';
import type { FindingInput } from '../finding.js';

/** Open questions and confessed deviations keep a claim open: done means nothing is left to ask. */
export const questionsRule: ClaimRule = ({ claim }) => [
  ...(claim.open_questions ?? [])
    .filter((text) => text.trim() !== '')
    .map(
      (text): FindingInput => ({
        kind: 'open_question',
        severity: 'high',
        message: `The claim leaves a question open (${text.length} characters).`,
        fix: 'Answer it yourself, or call ces_report_blocked with the question.',
      }),
    ),
  ...(claim.scope_deviations ?? [])
    .filter((text) => text.trim() !== '')
    .map(
      (): FindingInput => ({
        kind: 'scope_violation',
        severity: 'high',
        message: 'The claim itself names a deviation from the scope.',
        fix: 'Undo it, or ask for it: ces_manifest with amend.scope and a reason.',
      }),
    ),
];

/** Foreign code that came, went or changed is named in the claim. */
export const dependenciesRule: ClaimRule = ({ claim, dependencies }) => {
  const named = new Set((claim.dependency_changes ?? []).map((change) => `${change.path}\0${change.package}`));
  return dependencies
    .filter((change) => !named.has(`${change.path}\0${change.package}`))
    .map((change) => ({
      kind: 'dependency_undeclared' as const,
      severity: 'high' as const,
      message: `${change.path} changes the dependency ${change.package}, which the claim does not name.`,
      fix: `Add {path: "${change.path}", package: "${change.package}", rationale} to dependency_changes, or undo it.`,
      path: change.path,
      check: change.package,
    }));
};

/** Tests and their configuration are not weakened to get a pass; a criterion that names the file makes it meant. */
export const integrityRule: ClaimRule = ({ manifest, integrity }) =>
  integrity.map(({ path, severity, message, fix }): FindingInput => {
    const meant = manifest.acceptance_criteria.some((criterion) => criterion.text.includes(path));
    return { kind: 'test_integrity', severity: meant && severity === 'high' ? 'medium' : severity, message, fix, path };
  });

/** What no agent should touch without somebody looking, inside the scope or not. */
export const sensitiveRule: ClaimRule = ({ work }) =>
  work
    .filter(
      ({ path }) =>
        /(^|\/)(migrations?|auth|security|payments?|billing)\//i.test(path) ||
        /(^|\/)(dockerfile|[^/]+\.tf)$/i.test(path),
    )
    .map(({ path }) => ({
      kind: 'sensitive_change' as const,
      severity: 'medium' as const,
      message: `${path} is in a sensitive place.`,
      fix: 'Nothing for you to do: the operator is shown it.',
      path,
    }));
