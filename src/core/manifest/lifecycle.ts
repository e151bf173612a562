import { CesError } from '../errors.js';
import type { ManifestState, Tier } from './manifest.js';

//  proposed ─▶ authorized ─▶ in_progress ◀─▶ verifying
//                                │  ▲            │
//                                ▼  │            ▼
//                 blocked ◀──────┴──┴────── under_review ─▶ approved
//                                └─────────── rejected ◀────┘
//  any living state ─▶ expired | cancelled | halted
const NEXT: Readonly<Record<ManifestState, readonly ManifestState[]>> = {
  proposed: ['authorized', 'rejected', 'cancelled', 'expired', 'halted'],
  authorized: ['in_progress', 'cancelled', 'expired', 'halted'],
  in_progress: ['verifying', 'under_review', 'blocked', 'rejected', 'cancelled', 'expired', 'halted'],
  verifying: ['in_progress', 'under_review', 'blocked', 'rejected', 'cancelled', 'expired', 'halted'],
  under_review: ['approved', 'rejected', 'in_progress', 'verifying', 'blocked', 'cancelled', 'expired', 'halted'],
  blocked: ['in_progress', 'approved', 'rejected', 'cancelled', 'expired', 'halted'],
  rejected: ['in_progress', 'cancelled', 'expired', 'halted'],
  halted: ['in_progress', 'cancelled', 'expired'],
  approved: [],
  expired: [],
  cancelled: [],
};

const HOUR_MS = 3_600_000;
const LIFETIME_MS: Readonly<Record<Tier, number>> = { A: 48 * HOUR_MS, B: 7 * 24 * HOUR_MS, C: 14 * 24 * HOUR_MS };

/** States in which an agent may work on the manifest. */
export const WORKING_STATES: readonly ManifestState[] = ['in_progress', 'verifying', 'under_review'];

/** States that end a manifest: another piece of work needs another manifest. */
export const FINAL_STATES: readonly ManifestState[] = ['approved', 'expired', 'cancelled'];

/** Refuses (`illegal_transition`) a step that the life of a manifest does not have. */
export function assertTransition(id: string, from: ManifestState, to: ManifestState): void {
  if (NEXT[from].includes(to)) return;
  const allowed = NEXT[from].length === 0 ? 'nothing: it is final' : NEXT[from].join(', ');
  throw new CesError(
    'illegal_transition',
    `Manifest ${id} is ${from}; it can't become ${to}.`,
    `From ${from} may follow ${allowed}.`,
  );
}

/** When a manifest of this tier ends, as ISO 8601, counted from `now`. */
export function expiryOf(tier: Tier, now: string): string {
  return new Date(Date.parse(now) + LIFETIME_MS[tier]).toISOString();
}
