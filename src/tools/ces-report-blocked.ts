import { z } from 'zod';
import { reportBlocked } from '../core/operations/report-blocked.js';
import { defineTool } from './define-tool.js';
import { manifestId, next, text } from './fields.js';

export default defineTool({
  name: 'ces_report_blocked',
  title: 'Report yourself blocked',
  description:
    'The honest way out: when the work can not be finished as it was asked (a criterion that can not be met, a test that is wrong, a scope that is too narrow, a question only the operator can answer), say so here. ' +
    'It is recorded and shown to the operator, and you may stop. It is always better than a claim that is not true.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  input: z.strictObject({
    manifest_id: manifestId.optional(),
    reason: text(4000, 'Why the work can not go on'),
    needs: text(4000, 'What would help: a decision, an answer, a wider scope'),
  }),
  output: z.strictObject({ state: z.string(), next }),
  handler: async (ctx, input) => reportBlocked(ctx, input),
  summarize: (out) => `Recorded (${out.state}).\n${out.next}`,
});
