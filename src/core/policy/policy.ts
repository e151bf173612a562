import { z } from 'zod';
import type { Breadth } from '../manifest/breadth.js';
import type { Risk } from '../manifest/manifest.js';

const authorizeSchema = z.enum(['never', 'narrow', 'always']);

/** `.ces/policy.yaml`. It counts as of the base commit; without one there, the built-in strict rules do. */
export const policySchema = z.strictObject({
  version: z.literal(1),
  project_id: z.string().regex(/^proj-[0-9a-f]{24}$/),
  /** Who authorizes a manifest of a tier: the operator always (`never`), the policy where the scope is narrow, or the policy. */
  authorize: z.strictObject({ A: authorizeSchema, B: authorizeSchema, C: authorizeSchema }).optional(),
  narrow_scope: z.strictObject({ max_files: z.number().int().min(1) }).optional(),
  max_retries: z.number().int().min(0).max(20).optional(),
  protected_paths: z.array(z.string()).optional(),
});
export type PolicyFile = z.infer<typeof policySchema>;

export interface Policy {
  readonly authorize: Readonly<Record<'A' | 'B' | 'C', z.infer<typeof authorizeSchema>>>;
  readonly maxFiles: number;
  readonly maxRetries: number;
  readonly protectedPaths: readonly string[];
}

export const BUILT_IN_POLICY: Policy = {
  authorize: { A: 'never', B: 'narrow', C: 'narrow' },
  maxFiles: 60,
  maxRetries: 3,
  protectedPaths: [],
};

/** Fills what a policy file leaves out from the built-in one. */
export function resolvePolicy(file: PolicyFile | null): Policy {
  if (file === null) return BUILT_IN_POLICY;
  return {
    authorize: file.authorize ?? BUILT_IN_POLICY.authorize,
    maxFiles: file.narrow_scope?.max_files ?? BUILT_IN_POLICY.maxFiles,
    maxRetries: file.max_retries ?? BUILT_IN_POLICY.maxRetries,
    protectedPaths: file.protected_paths ?? [],
  };
}

const LOOSENESS = { never: 0, narrow: 1, always: 2 } as const;

/** Whether a policy lets nothing through that the built-in one holds back. */
export function isAtLeastAsStrict(policy: Policy): boolean {
  const tiers = ['A', 'B', 'C'] as const;
  return (
    tiers.every((tier) => LOOSENESS[policy.authorize[tier]] <= LOOSENESS[BUILT_IN_POLICY.authorize[tier]]) &&
    policy.maxFiles <= BUILT_IN_POLICY.maxFiles &&
    policy.maxRetries <= BUILT_IN_POLICY.maxRetries
  );
}

export interface Authorization {
  readonly authorized: boolean;
  /** Which rule decided, as it is signed later. */
  readonly rule: string;
  readonly reasons: readonly string[];
}

/** Decides whether a drafted manifest may start without the operator. A "no" leaves it `proposed`. */
export function authorizeManifest(policy: Policy, risk: Risk, breadth: Breadth): Authorization {
  const mode = policy.authorize[risk.tier];
  if (mode === 'always') return { authorized: true, rule: `authorize.${risk.tier}=always`, reasons: [] };
  if (mode === 'never')
    return {
      authorized: false,
      rule: `authorize.${risk.tier}=never`,
      reasons: [`tier ${risk.tier} is authorized by the operator`, ...risk.reasons],
    };
  if (breadth.broad) return { authorized: false, rule: `authorize.${risk.tier}=narrow`, reasons: breadth.reasons };
  return { authorized: true, rule: `authorize.${risk.tier}=narrow`, reasons: [] };
}
