import { z } from 'zod';

const count = z.number().int().min(0);
const containment = z.enum(['bubblewrap', 'seatbelt', 'none']);

/** A verification run as it is stored. */
export const runSchema = z.strictObject({
  id: z.string(),
  manifestId: z.string(),
  candidateTree: z.string(),
  gitTree: z.string(),
  where: z.enum(['clean', 'working', 'restored']),
  containment,
  level: z.number(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  verdict: z.enum(['pass', 'fail', 'inconclusive', 'running', 'cancelled']),
  checks: z.array(
    z.strictObject({
      id: z.string(),
      argv: z.array(z.string()),
      required: z.boolean(),
      status: z.enum(['pass', 'fail', 'inconclusive']),
      exitCode: z.number().nullable(),
      durationMs: z.number(),
      tests: z.strictObject({ total: count, passed: count, failed: count, skipped: count }).nullable(),
      diagnostics: z.array(z.strictObject({ path: z.string(), line: z.number(), message: z.string() })),
      outputTail: z.string(),
      reason: z.string().nullable(),
      containment,
      toolVersion: z.string().nullable(),
      environmentDigest: z.string(),
    }),
  ),
});
