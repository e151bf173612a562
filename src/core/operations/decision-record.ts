import { z } from 'zod';

/** A signed decision as it is kept. The statement is what was signed, to the byte; nothing else here is believed. */
export const decisionSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(['change', 'manifest', 'amendment']),
  manifest_id: z.string(),
  statement: z.string(),
  signature: z.string(),
  /** The scan that was shown; its candidate must have the digest that the statement names. */
  candidate_scan: z.string().nullable(),
  at: z.string(),
});
export type DecisionRecord = z.infer<typeof decisionSchema>;
