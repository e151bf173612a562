import { compareTrees, sameContent } from './compare.js';
import type { Base, Change, Scan, Tree, TreeEntry } from './tree.js';

/**
 * Paths that nobody's manifest accounts for: different already when the work started, compared with the last approved
 * candidate where there is one (else with the base), and still different from the base now.
 */
export function findUnattributed(trees: {
  readonly base: Pick<Tree, 'entries'>;
  readonly lastApproved: Pick<Tree, 'entries'> | null;
  readonly starting: Pick<Tree, 'entries'>;
  readonly now: Pick<Tree, 'entries'>;
}): readonly Change[] {
  const early = new Set(compareTrees(trees.lastApproved ?? trees.base, trees.starting).map((change) => change.path));
  return compareTrees(trees.base, trees.now).filter((change) => early.has(change.path));
}

/** Entries whose bytes git does not hold: what differs from the base, and residue other than packages, git's and CES's. */
export function contentToKeep(scan: Scan, base: Base): readonly TreeEntry[] {
  const held = new Map(base.tree.entries.map((entry) => [entry.path, entry]));
  return [
    ...scan.candidate.entries.filter((entry) => !sameContent(held.get(entry.path), entry)),
    ...scan.residue.filter((entry) => entry.class === 'executable' || entry.class === 'other'),
  ];
}
