import { z } from 'zod';

/** The states of a manifest; `lifecycle.ts` says which may follow which. */
export const MANIFEST_STATES = [
  'proposed',
  'authorized',
  'in_progress',
  'verifying',
  'under_review',
  'approved',
  'rejected',
  'blocked',
  'expired',
  'cancelled',
  'halted',
] as const;
export type ManifestState = (typeof MANIFEST_STATES)[number];

export const tierSchema = z.enum(['A', 'B', 'C']);
export type Tier = z.infer<typeof tierSchema>;

const checkSpecSchema = z.strictObject({
  id: z.string(),
  argv: z.array(z.string()).readonly(),
  cwd: z.string(),
  timeoutMs: z.number(),
  status: z.enum(['required', 'optional', 'advisory', 'unavailable']),
  parser: z.enum(['exit-code', 'vitest-json', 'jest-json', 'junit', 'tsc', 'eslint-json', 'mocha-json']),
  env: z.array(z.string()).readonly(),
  byProducts: z.array(z.string()).readonly(),
  reason: z.string(),
});

export const riskSchema = z.strictObject({
  tier: tierSchema,
  change_class: z.number().int().min(1).max(5),
  behavior_confidence: z.number().int().min(1).max(3),
  reasons: z.array(z.string()),
});
export type Risk = z.infer<typeof riskSchema>;

export const scopeSchema = z.strictObject({
  allow: z.array(z.string()),
  deny: z.array(z.string()),
  protected: z.array(z.string()),
});
export type Scope = z.infer<typeof scopeSchema>;

export const criterionSchema = z.strictObject({ id: z.string(), text: z.string() });
export type Criterion = z.infer<typeof criterionSchema>;

/**
 * The bounded manifest: what may be touched, what counts as done, what will be checked, and what it stands on.
 * Its digest (canonical JSON, SHA-256) is what the operator signs; an amendment makes a new version and a new digest.
 */
export const manifestSchema = z.strictObject({
  id: z.string(),
  version: z.number().int().min(1),
  objective: z.string(),
  requested_by: z.enum(['agent', 'operator']),
  scope: scopeSchema,
  tools: z.strictObject({ allow: z.array(z.string()), deny: z.array(z.string()) }),
  acceptance_criteria: z.array(criterionSchema),
  non_goals: z.array(z.string()),
  must_not_break: z.array(z.string()),
  checks: z.array(checkSpecSchema),
  profile: z.strictObject({ source: z.enum(['base', 'local', 'detected']), digest: z.string().nullable() }),
  risk: riskSchema,
  policy: z.strictObject({ source: z.enum(['base', 'built-in']), digest: z.string(), rule: z.string() }),
  base: z.strictObject({ commit: z.string().nullable(), tree: z.string(), git_tree: z.string() }),
  starting_tree: z.string(),
  starting_scan: z.string(),
  local_ignores: z.strictObject({ infoExclude: z.string(), global: z.string() }),
  max_retries: z.number().int().min(0),
  created_at: z.string(),
  expires_at: z.string(),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** What of a manifest changes over time; everything else is in its body. */
export interface ManifestRow {
  readonly id: string;
  readonly version: number;
  readonly digest: string;
  readonly state: ManifestState;
  readonly retriesLeft: number;
  readonly updatedAt: string;
  readonly manifest: Manifest;
}
