/**
 * Content trees: what CES compares. Paths are relative to the root with `/`; bytes that are not UTF-8 are
 * held as lone surrogates U+DC80..U+DCFF (one per byte), so that every name survives a round trip.
 */
export type EntryMode =
  | '100644'
  | '100755'
  | '120000' // symbolic link: sha256 is of the target's bytes
  | '160000' // nested repository: sha256 is of its HEAD commit id, or of '' where it has none
  | 'special' // FIFO, socket, device: never part of a commit
  | 'unreadable'; // a finding, not an absence

export interface TreeEntry {
  readonly path: string;
  readonly mode: EntryMode;
  /** Hex, of raw bytes or link target; '' for special and unreadable. */
  readonly sha256: string;
  /** Size in bytes. */
  readonly size: number;
}

/** A complete tree: entries sorted by the bytes of their paths. `digest` is `sha256:<hex>` of its listing. */
export interface Tree {
  readonly digest: string;
  readonly entries: readonly TreeEntry[];
}

/** A tree that git could commit. `gitTree` is the object id that git would give it. */
export interface CandidateTree extends Tree {
  readonly gitTree: string;
}

export type ResidueClass =
  | 'dependency' // node_modules, .venv, vendor folders
  | 'executable' // hooks, rc files, .env, anything that configures or runs
  | 'git' // .git: config, hooks, info, refs, HEAD, stash, index flags
  | 'state' // .ces: CES's own
  | 'special'
  | 'other';

/** Something under the root that a commit would not hold. */
export interface ResidueEntry extends TreeEntry {
  readonly class: ResidueClass;
}

/** Why a file's bytes can't be what git would store, or can't be known: refused by name. */
export interface Refusal {
  readonly path: string;
  readonly reason: 'filter' | 'eol' | 'encoding' | 'unreadable' | 'special';
  readonly detail: string;
}

/** One look at everything under the root. */
export interface Scan {
  readonly at: string;
  readonly mode: 'full' | 'stat';
  readonly candidate: CandidateTree;
  readonly residue: readonly ResidueEntry[];
  readonly refusals: readonly Refusal[];
}

export type ChangeKind = 'created' | 'modified' | 'deleted';

export interface Change {
  readonly path: string;
  readonly kind: ChangeKind;
  readonly before: TreeEntry | null;
  readonly after: TreeEntry | null;
}

export interface ResidueChange extends Change {
  readonly class: ResidueClass;
}

/** The commit and tree that work stands on. `commit` is null where the root is no git repository or has no commit. */
export interface Base {
  readonly commit: string | null;
  readonly tree: CandidateTree;
}
