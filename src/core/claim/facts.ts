import type { ResidueSeverity } from '../delta/residue.js';
import type { Change, Refusal, ResidueChange } from '../delta/tree.js';
import type { Evidence } from '../evidence/evidence.js';
import type { Manifest } from '../manifest/manifest.js';
import type { VerificationRun } from '../verification/run.js';
import type { Claim } from './claim.js';
import type { FindingInput } from './finding.js';

/** Commits between what the operator last answered for (an approval, or `ces init`) and the base. */
export interface BaseMove {
  readonly since: 'approval' | 'init';
  readonly commit: string | null;
  readonly paths: readonly string[];
}

/** What a claim is held against: everything measured by CES, beside what the agent said. */
export interface ClaimFacts {
  readonly manifest: Manifest;
  readonly claim: Claim;
  /** Base → candidate. */
  readonly delta: readonly Change[];
  /** Starting tree → candidate. */
  readonly work: readonly Change[];
  readonly residue: readonly (ResidueChange & { readonly severity: ResidueSeverity })[];
  /** Changes of installed packages: during the work, and before it since the operator last accepted what is installed. */
  readonly installed: {
    readonly sinceStart: readonly ResidueChange[];
    /** Null where no earlier look can be had. */
    readonly sinceAccepted: readonly ResidueChange[] | null;
    /** Dependency folders that were there when the work began. */
    readonly foldersAtStart: readonly string[];
    /** Dependency folders that are links now: what they lead to is not looked at. */
    readonly links: readonly string[];
  };
  /** The same, before the work began, since the operator last answered for it. */
  readonly residueBefore: readonly (ResidueChange & { readonly severity: ResidueSeverity })[];
  readonly refusals: readonly Refusal[];
  readonly unattributed: readonly string[];
  readonly baseMoved: BaseMove | null;
  /** What the operator last answered for was recorded, and is gone. */
  readonly acceptedGone: boolean;
  readonly candidateTree: string;
  /** The newest finished run on a clean copy, whatever tree it was of. */
  readonly run: VerificationRun | null;
  readonly evidence: readonly Evidence[];
  /** Weakened tests and changed runner configuration, as the integrity rules found them. */
  readonly integrity: readonly {
    readonly path: string;
    readonly severity: 'high' | 'medium' | 'low';
    readonly message: string;
    readonly fix: string;
  }[];
  /** Packages that came, went or changed. */
  readonly dependencies: readonly { readonly path: string; readonly package: string }[];
  /** Times in which the watcher could not look, while this manifest was worked on. */
  readonly gaps: readonly { readonly kind: string; readonly from: string; readonly to: string | null }[];
}

/** A rule of the claim: pure, and named in the file that holds it. */
export type ClaimRule = (facts: ClaimFacts) => readonly FindingInput[];
