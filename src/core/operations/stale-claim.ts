import { createFinding, type Finding } from '../claim/finding.js';
import type { JudgedClaim } from '../claim/judged-claim.js';

/** A claim speaks for the files that it was made of and for no others, whatever runs there are of these. */
export function findStaleClaim(claim: JudgedClaim | undefined, candidateTree: string): Finding[] {
  if (claim === undefined || claim.candidate_tree === candidateTree) return [];
  return [
    createFinding({
      kind: 'stale',
      severity: 'high',
      message: `The files changed after the ${claim.accepted ? 'accepted ' : ''}claim ${claim.id}: it was of ${claim.candidate_tree}, now it is ${candidateTree}.`,
      fix: 'Let the agent verify and claim again.',
      check: claim.id,
    }),
  ];
}
