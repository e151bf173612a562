import type { BaseMove } from '../claim/facts.js';
import { findUnattributed } from '../delta/attribution.js';
import { compareResidue, compareTrees } from '../delta/compare.js';
import type { Base, CandidateTree, Change, ResidueChange, Scan } from '../delta/tree.js';
import { CesError } from '../errors.js';
import type { ManifestRow } from '../manifest/manifest.js';
import type { OperationContext } from '../ports.js';
import { type Accepted, findLastAccepted } from './last-accepted.js';

export interface Measurement {
  readonly base: Base;
  readonly scan: Scan;
  /** Base → candidate: what is shown and signed. */
  readonly delta: readonly Change[];
  /** Starting tree → candidate: what changed while this manifest was worked on. */
  readonly work: readonly Change[];
  /** Starting tree → now, of what a commit would not hold. */
  readonly residue: readonly ResidueChange[];
  /** Paths that differed before the work began, and that no approval covers. */
  readonly unattributed: readonly string[];
  /** Installed packages: what changed before the work began, since the operator last accepted them; null where none ever were. */
  readonly installedBefore: readonly ResidueChange[] | null;
  /** What else lies outside a commit and changed before the work began, since the operator last answered for it. */
  readonly residueBefore: readonly ResidueChange[];
  /** What commits changed since the operator last answered for the files; null where nothing did. */
  readonly baseMoved: BaseMove | null;
  /** The ledger names a look that the operator answered for, and it is gone: nothing earlier can be compared. */
  readonly acceptedGone: boolean;
  readonly starting: Scan;
}

/** Compares the workspace with what the manifest stands on. `full` hashes every byte again. */
export async function measure(ctx: OperationContext, row: ManifestRow, mode: 'full' | 'stat'): Promise<Measurement> {
  const { manifest } = row;
  const base = await readManifestBase(ctx, row);
  const starting = await ctx.content.loadScan(manifest.starting_scan);
  if (starting === null || starting.candidate.digest !== manifest.starting_tree)
    throw new CesError(
      'state_corrupt',
      `The starting tree of ${row.id} is gone or changed.`,
      'Cancel it (ces reject --cancel) and start a new manifest.',
    );
  const accepted = await findLastAccepted(ctx, manifest.created_at);
  const scan = await ctx.workspace.scan({ mode, base, localIgnores: manifest.local_ignores });
  return {
    base,
    scan,
    delta: compareTrees(base.tree, scan.candidate),
    work: compareTrees(starting.candidate, scan.candidate),
    residue: compareResidue(starting.residue, scan.residue),
    unattributed: findUnattributed({
      base: base.tree,
      lastApproved: accepted?.by === 'approval' ? accepted.scan.candidate : null,
      starting: starting.candidate,
      now: scan.candidate,
    }).map((change) => change.path),
    installedBefore: accepted === null ? null : compareResidue(installed(accepted.scan), installed(starting)),
    residueBefore:
      accepted === null ? [] : compareResidue(accepted.scan.residue, starting.residue).filter(isNotInstalled),
    baseMoved: findMoved(accepted, base),
    acceptedGone: accepted === null && ctx.store.read.entries({ type: 'scan.recorded', limit: 1 }).length > 0,
    starting,
  };
}

/** The commit and tree that the manifest stands on; refuses (`conflict`) a base that is no longer what it was. */
export async function readManifestBase(ctx: OperationContext, row: ManifestRow): Promise<Base> {
  const { commit, tree } = row.manifest.base;
  const base = commit === null ? { commit: null, tree: EMPTY_TREE(row) } : await ctx.workspace.readBaseOf(commit);
  if (base.tree.digest !== tree)
    throw new CesError(
      'conflict',
      `The base of ${row.id}, ${commit ?? 'no commit'}, no longer gives the tree it was measured with.`,
      'Cancel it (ces reject --cancel) and start a new manifest.',
    );
  return base;
}

const EMPTY_TREE = (row: ManifestRow): CandidateTree => ({
  digest: row.manifest.base.tree,
  gitTree: row.manifest.base.git_tree,
  entries: [],
});

function isNotInstalled(change: ResidueChange): boolean {
  return change.class !== 'dependency';
}

function installed(scan: Scan) {
  return scan.residue.filter((entry) => entry.class === 'dependency');
}

// Commits that came since the operator last answered for the files, by whoever: the base holds them, and no signature does.
function findMoved(accepted: Accepted | null, base: Base): BaseMove | null {
  if (accepted === null || base.commit === null || base.commit === accepted.commit) return null;
  const paths = compareTrees(accepted.scan.candidate, base.tree).map((change) => change.path);
  return paths.length === 0 ? null : { since: accepted.by, commit: accepted.commit, paths };
}
