import { findLockfileGaps } from './dependencies.js';
import type { ChangedText, IntegrityFinding } from './rules.js';
import { findChangedRunners } from './runner-config.js';
import { findDeletedTests, findWeakenedTests } from './tests.js';

/** Every integrity finding about these changes, by path. `hasLockfile`: whether the base holds one. */
export function findTampering(changes: readonly ChangedText[], hasLockfile: boolean): readonly IntegrityFinding[] {
  const rules = [findDeletedTests, findWeakenedTests, findChangedRunners, findLockfileGaps(hasLockfile)];
  return rules
    .flatMap((rule) => rule(changes))
    .sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
}
