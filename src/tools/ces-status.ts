import { z } from 'zod';
import { readAgentStatus } from '../core/operations/read-agent-status.js';
import { defineTool } from './define-tool.js';
import { findings, list, next, path, text } from './fields.js';

export default defineTool({
  name: 'ces_status',
  title: 'See where the work stands',
  description:
    'Says where the work stands: state, what stands against it, what changed, the last run, and what the operator has to do. ' +
    'With paths or command, also says whether writing there would be inside the scope, and why not. It changes nothing.',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input: z.strictObject({
    paths: list(path('One path'), 500, 'Paths that you want to write').optional(),
    command: text(16_384, 'A shell command that you want to run').optional(),
  }),
  output: z.strictObject({
    state: z.string(),
    manifest_id: z.string().optional(),
    findings,
    delta: z.strictObject({ created: z.number(), modified: z.number(), deleted: z.number() }),
    last_run: z.strictObject({ run_id: z.string(), verdict: z.string(), fresh: z.boolean() }).optional(),
    operator_command: z.string().optional(),
    scope_check: z
      .strictObject({
        decision: z.enum(['allow', 'deny', 'unjudged']),
        reasons: z.array(z.string()),
        writes: z.array(z.string()),
      })
      .optional(),
    next,
  }),
  handler: readAgentStatus,
  summarize: (out) =>
    `${out.manifest_id ?? 'No manifest'}: ${out.state}; ${out.findings.length} finding(s)\n${out.next}`,
});
