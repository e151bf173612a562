import { findUnattributed } from '../delta/attribution.js';
import { compareResidue, compareTrees } from '../delta/compare.js';
import type { Base, CandidateTree, Change, ResidueChange, Scan } from '../delta/tree.js';
import { CesError } from '../errors.js';
import type { ManifestRow } from '../manifest/manifest.js';
import type { OperationContext } from '../ports.js';
import type { StoreReader } from '../store-port.js';
import { decisionSchema } from './decision-record.js';

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
  const accepted = await lastAccepted(ctx, manifest.created_at);
  const scan = await ctx.workspace.scan({ mode, base, localIgnores: manifest.local_ignores });
  return {
    base,
    scan,
    delta: compareTrees(base.tree, scan.candidate),
    work: compareTrees(starting.candidate, scan.candidate),
    residue: compareResidue(starting.residue, scan.residue),
    unattributed: findUnattributed({
      base: base.tree,
      lastApproved: accepted.approved?.candidate ?? null,
      starting: starting.candidate,
      now: scan.candidate,
    }).map((change) => change.path),
    installedBefore: accepted.scan === null ? null : compareResidue(installed(accepted.scan), installed(starting)),
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

/** The scan of the newest change that was approved before `before` with a signature that still holds; else the one of `init`. */
async function lastAccepted(
  ctx: OperationContext,
  before: string,
): Promise<{ approved: Scan | null; scan: Scan | null }> {
  const decision = newestApproval(ctx.store.read, before);
  if (decision !== null && decision.candidate_scan !== null) {
    const verdict = await ctx.signatures.check(Buffer.from(decision.statement, 'utf8'), decision.signature);
    const approved = verdict.valid ? await ctx.content.loadScan(decision.candidate_scan) : null;
    if (approved !== null) return { approved, scan: approved };
  }
  // What `ces init` saw: the packages that the operator worked with before any agent did.
  const first = ctx.store.read.entries({ type: 'scan.recorded' })[0]?.body.scan;
  return { approved: null, scan: typeof first === 'string' ? await ctx.content.loadScan(first) : null };
}

function installed(scan: Scan) {
  return scan.residue.filter((entry) => entry.class === 'dependency');
}

function newestApproval(reader: StoreReader, before: string) {
  const records = reader.records('decision').filter((record) => record.at < before);
  for (const record of records.toReversed()) {
    const parsed = decisionSchema.safeParse(record.body);
    if (parsed.success && parsed.data.kind === 'change') return parsed.data;
  }
  return null;
}
