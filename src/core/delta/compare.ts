import { comparePaths } from './path-bytes.js';
import type { Change, ChangeKind, ResidueChange, ResidueEntry, Tree, TreeEntry } from './tree.js';

/** The paths of a comparison, each list in the order of the paths' bytes. */
export interface Delta {
  readonly created: readonly string[];
  readonly modified: readonly string[];
  readonly deleted: readonly string[];
}

/** Whether two entries hold the same: type, executable bit, and bytes or link target. */
export function sameContent(left: TreeEntry | undefined, right: TreeEntry | undefined): boolean {
  if (left === right) return true;
  return left !== undefined && right !== undefined && left.mode === right.mode && left.sha256 === right.sha256;
}

/** Every path that differs. A changed mode, link target or type is a modification. */
export function compareTrees(before: Pick<Tree, 'entries'>, after: Pick<Tree, 'entries'>): readonly Change[] {
  return compareEntries(before.entries, after.entries);
}

/** Every residue path that differs, with the class that it has now (or had, where it is gone). */
export function compareResidue(
  before: readonly ResidueEntry[],
  after: readonly ResidueEntry[],
): readonly ResidueChange[] {
  return compareEntries(before, after).map((change) => ({
    ...change,
    class: (change.after ?? change.before)?.class ?? 'other',
  }));
}

/** The three lists that people and statements read. */
export function summarizeDelta(changes: readonly Pick<Change, 'path' | 'kind'>[]): Delta {
  const paths = (kind: ChangeKind) => changes.filter((change) => change.kind === kind).map((change) => change.path);
  return { created: paths('created'), modified: paths('modified'), deleted: paths('deleted') };
}

interface Difference<E> {
  readonly path: string;
  readonly kind: ChangeKind;
  readonly before: E | null;
  readonly after: E | null;
}

function compareEntries<E extends TreeEntry>(before: readonly E[], after: readonly E[]): readonly Difference<E>[] {
  const remaining = new Map(before.map((entry) => [entry.path, entry]));
  const changes: Difference<E>[] = [];
  for (const entry of after) {
    const old = remaining.get(entry.path);
    remaining.delete(entry.path);
    if (old === undefined) changes.push({ path: entry.path, kind: 'created', before: null, after: entry });
    else if (!sameContent(old, entry)) {
      changes.push({ path: entry.path, kind: 'modified', before: old, after: entry });
    }
  }
  for (const old of remaining.values()) changes.push({ path: old.path, kind: 'deleted', before: old, after: null });
  return changes.sort((a, b) => comparePaths(a.path, b.path));
}
