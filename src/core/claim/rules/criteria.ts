import type { ClaimRule } from '../facts.js';
import type { FindingInput } from '../finding.js';

/** Every criterion is addressed, with evidence that exists and was handed in for it on this candidate tree. */
export const criteriaRule: ClaimRule = (facts) => {
  const known = new Set(facts.manifest.acceptance_criteria.map((criterion) => criterion.id));
  const findings: FindingInput[] = facts.claim.criteria
    .filter((claimed) => !known.has(claimed.id))
    .map((claimed) => ({
      kind: 'schema_violation',
      severity: 'high',
      message: `The claim names criterion ${claimed.id}, which the manifest does not have.`,
      fix: `Use one of ${[...known].join(', ')}.`,
      criterion: claimed.id,
    }));
  for (const criterion of facts.manifest.acceptance_criteria) {
    const claimed = facts.claim.criteria
      .filter((entry) => entry.id === criterion.id)
      .flatMap((entry) => entry.evidence);
    const problem = judgeEvidence(facts, criterion.id, claimed);
    if (problem !== null) findings.push({ ...problem, criterion: criterion.id });
  }
  return findings;
};

function judgeEvidence(
  facts: Parameters<ClaimRule>[0],
  criterion: string,
  ids: readonly string[],
): FindingInput | null {
  if (ids.length === 0)
    return {
      kind: 'criterion_unaddressed',
      severity: 'high',
      message: `Criterion ${criterion} has no evidence.`,
      fix: `Call ces_evidence_submit with criteria ["${criterion}"], then name the evidence in the claim.`,
    };
  for (const id of ids) {
    const evidence = facts.evidence.find((entry) => entry.id === id);
    if (evidence === undefined || !evidence.criteria.includes(criterion))
      return {
        kind: 'evidence_mismatch',
        severity: 'high',
        message: `${id} is no evidence for ${criterion}.`,
        fix: `Name evidence that was handed in for ${criterion}.`,
      };
  }
  const fresh = facts.evidence.some((entry) => ids.includes(entry.id) && entry.candidate_tree === facts.candidateTree);
  if (fresh) return null;
  return {
    kind: 'stale',
    severity: 'medium',
    message: `The evidence for ${criterion} was handed in before the files changed again.`,
    fix: `Hand in evidence for ${criterion} once more, if it still holds.`,
  };
}
