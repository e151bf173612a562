import { z } from 'zod';
import { followRun } from '../core/operations/follow-run.js';
import { defineTool } from './define-tool.js';
import { checkId, findings, list, manifestId, next, runId, waitSeconds } from './fields.js';

const count = z.number();

export default defineTool({
  name: 'ces_verify',
  title: 'Have CES run the checks',
  description:
    "CES runs the manifest's checks itself on a clean copy of exactly the files that a commit would hold; what you ran yourself does not count. " +
    'Waits up to wait_seconds (100 by default); a run that takes longer answers verdict "running" with a run_id: call again with that run_id to look at it, or with cancel to stop it. ' +
    'Any change to the files afterwards makes the run stale.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input: z.strictObject({
    manifest_id: manifestId.optional(),
    checks: list(checkId, 50, 'Only these checks; all of the manifest when left out').optional(),
    run_id: runId.optional().describe('Look at this run instead of starting one'),
    cancel: z.boolean().optional().describe('With run_id: stop that run'),
    wait_seconds: waitSeconds.optional().describe('How long to wait for the result, 0 to 120'),
  }),
  output: z.strictObject({
    run_id: z.string(),
    verdict: z.enum(['pass', 'fail', 'inconclusive', 'running']),
    where: z.enum(['clean', 'working', 'restored']),
    containment: z.enum(['bubblewrap', 'seatbelt', 'none']),
    level: z.number(),
    candidate_tree: z.string(),
    checks: z.array(
      z.strictObject({
        id: z.string(),
        argv: z.array(z.string()),
        required: z.boolean(),
        status: z.enum(['pass', 'fail', 'inconclusive']),
        exit_code: z.number().nullable(),
        duration_ms: z.number(),
        tests: z
          .strictObject({
            total: count,
            passed: count,
            failed: count,
            skipped: count,
            baseline_total: count.optional(),
          })
          .optional(),
        diagnostics: z.array(z.strictObject({ path: z.string(), line: z.number(), message: z.string() })),
        output_tail: z.string(),
        reason: z.string().optional(),
      }),
    ),
    findings,
    next,
  }),
  handler: (ctx, input, call) => followRun(ctx, input, call),
  summarize: (out) =>
    [
      `${out.run_id}: ${out.verdict}`,
      ...out.checks.map(
        (check) => `${check.id}: ${check.status}${check.reason === undefined ? '' : ` (${check.reason})`}`,
      ),
      out.next,
    ]
      .slice(0, 5)
      .join('\n'),
});
