import { z } from 'zod';
import { claimSchema } from './claim.js';
import { FINDING_KINDS, SEVERITIES } from './finding.js';

const findingSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(FINDING_KINDS),
  severity: z.enum(SEVERITIES),
  message: z.string(),
  fix: z.string(),
  path: z.string().optional(),
  line: z.number().optional(),
  criterion: z.string().optional(),
  check: z.string().optional(),
});

/** A claim with what came of it, as it is stored: the operator's view starts from the newest. */
export const judgedClaimSchema = z.strictObject({
  id: z.string(),
  manifest_id: z.string(),
  manifest_version: z.number(),
  claim: claimSchema,
  /** `sha256:` of the claim alone, to know one that is only repeated. */
  claim_digest: z.string(),
  candidate_tree: z.string(),
  run_id: z.string().nullable(),
  accepted: z.boolean(),
  verdict: z.enum(['proven', 'partially_proven', 'unproven', 'contradicted']),
  findings: z.array(findingSchema),
  at: z.string(),
});
export type JudgedClaim = z.infer<typeof judgedClaimSchema>;
