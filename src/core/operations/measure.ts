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
  const scan = await ctx.workspace.scan({ mode, base, localIgnores: manifest.local_ignores });
  return {
    base,
    scan,
    delta: compareTrees(base.tree, scan.candidate),
    work: compareTrees(starting.candidate, scan.candidate),
    residue: compareResidue(starting.residue, scan.residue),
    unattributed: findUnattributed({
      base: base.tree,
      lastApproved: await lastApproved(ctx, manifest.created_at),
      starting: starting.candidate,
      now: scan.candidate,
    }).map((change) => change.path),
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

/** The candidate of the newest change that was approved before `before` with a signature that still holds; null where none was. */
async function lastApproved(ctx: OperationContext, before: string): Promise<CandidateTree | null> {
  const decision = newestApproval(ctx.store.read, before);
  if (decision === null || decision.candidate_scan === null) return null;
  const verdict = await ctx.signatures.check(Buffer.from(decision.statement, 'utf8'), decision.signature);
  if (!verdict.valid) return null;
  return (await ctx.content.loadScan(decision.candidate_scan))?.candidate ?? null;
}

function newestApproval(reader: StoreReader, before: string) {
  const records = reader.records('decision').filter((record) => record.at < before);
  for (const record of records.toReversed()) {
    const parsed = decisionSchema.safeParse(record.body);
    if (parsed.success && parsed.data.kind === 'change') return parsed.data;
  }
  return null;
}
