import type { ClaimFacts, ClaimRule } from '../facts.js';

/** Both lists, what was claimed and not changed and what was changed and not claimed; each in path order. */
export function compareFiles(facts: ClaimFacts): { claimedUnchanged: string[]; changedUnclaimed: string[] } {
  const changed = new Set(facts.work.map((change) => change.path));
  const different = new Set(facts.delta.map((change) => change.path));
  const claimed = new Set(facts.claim.files_changed.map((path) => path.replace(/^\.\//, '')));
  return {
    claimedUnchanged: [...claimed].filter((path) => !changed.has(path) && !different.has(path)).sort(),
    changedUnclaimed: [...changed].filter((path) => !claimed.has(path)).sort(),
  };
}

/** The claim names exactly the files that changed. */
export const filesRule: ClaimRule = (facts) => {
  const { claimedUnchanged, changedUnclaimed } = compareFiles(facts);
  return [
    ...claimedUnchanged.map((path) => ({
      kind: 'evidence_mismatch' as const,
      severity: 'high' as const,
      message: `${path} is claimed as changed, but it is as it was.`,
      fix: `Take ${path} out of files_changed, or make the change.`,
      path,
    })),
    ...changedUnclaimed.map((path) => ({
      kind: 'evidence_mismatch' as const,
      severity: 'high' as const,
      message: `${path} changed, but the claim leaves it out.`,
      fix: path.isWellFormed()
        ? `Name ${path} in files_changed, or put it back as it was.`
        : 'Its name is not UTF-8, so no claim can name it: give it another name, or put it back as it was.',
      path,
    })),
  ];
};
