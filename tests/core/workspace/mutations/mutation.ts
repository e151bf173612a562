import type { Seen } from '../repository-fixture.js';

/** One way to change a project, where it must show, and what a claim that says nothing of it is told. */
export interface Mutation {
  readonly name: string;
  /** What the project has before, beside `fillRepository`; whatever is no residue must be committed. */
  readonly arrange?: (root: string) => void;
  readonly mutate: (root: string) => void;
  /** Frees what was opened, and lets what was made be removed. */
  readonly release?: (root: string) => void;
  /** Everything that shows. Of git's data, what every command rewrites (`info`) may be left out. */
  readonly shows: Partial<Seen>;
  /** Stat, owner or times differ, and nothing that a digest covers. */
  readonly observed?: true;
  /** `<severity> <kind> <path>`, all of them. A claim that names its changes is not told `evidence_mismatch`. */
  readonly findings: readonly string[];
  /** The words of the worst finding. */
  readonly says?: string;
  /** Parts of `shows` that a stat pass may overlook; the full scan at each claim and approval does not. */
  readonly statMayMiss?: readonly string[];
  /** A commit holds the same without any trick: git itself must come to the same tree. */
  readonly honest?: true;
  /** Means nothing to root, so as root the scan runs as another user. */
  readonly ordinaryUser?: true;
  /** Why it can't be made here, so that the omission is seen. */
  readonly unless?: () => string | null;
}

export type Place = 'candidate' | 'residue' | '.git' | 'observation only' | 'nothing';

/** Where a mutation shows, in the words of the table. */
export function placesOf({ shows, observed }: Mutation): readonly Place[] {
  const residue = shows.residue ?? [];
  const places: Place[] = [];
  if ((shows.candidate ?? []).length > 0) places.push('candidate');
  if (residue.some((row) => !row.startsWith('git '))) places.push('residue');
  if (residue.some((row) => row.startsWith('git '))) places.push('.git');
  if (places.length > 0) return places;
  return [observed === true ? 'observation only' : 'nothing'];
}
