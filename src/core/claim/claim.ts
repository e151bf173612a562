import { z } from 'zod';

export const dependencyChangeSchema = z.strictObject({
  path: z.string(),
  package: z.string(),
  rationale: z.string(),
});

/** A completion claim as the agent made it. */
export const claimSchema = z.strictObject({
  summary: z.string(),
  files_changed: z.array(z.string()),
  criteria: z.array(z.strictObject({ id: z.string(), evidence: z.array(z.string()), note: z.string().optional() })),
  dependency_changes: z.array(dependencyChangeSchema).optional(),
  complexity: z.string().optional(),
  open_questions: z.array(z.string()).optional(),
  scope_deviations: z.array(z.string()).optional(),
});
export type Claim = z.infer<typeof claimSchema>;

export type Verdict = 'proven' | 'partially_proven' | 'unproven' | 'contradicted';
