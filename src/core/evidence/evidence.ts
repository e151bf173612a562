import { z } from 'zod';

export const evidenceKindSchema = z.enum(['file', 'command', 'observation', 'exploration']);

/** What an agent handed in for criteria. All of it is reported: shown, and never a pass of a check. */
export const evidenceSchema = z.strictObject({
  id: z.string(),
  manifest_id: z.string(),
  criteria: z.array(z.string()),
  kind: evidenceKindSchema,
  summary: z.string(),
  path: z.string().nullable(),
  /** `sha256:` of the named file as CES read it: the one observed part. */
  path_digest: z.string().nullable(),
  argv: z.array(z.string()).nullable(),
  exit_code: z.number().int().nullable(),
  candidate_tree: z.string(),
  provenance: z.literal('reported'),
  submitted_at: z.string(),
});
export type Evidence = z.infer<typeof evidenceSchema>;
