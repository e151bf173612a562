import { z } from 'zod';
import { requestManifest } from '../core/operations/request-manifest.js';
import { defineTool } from './define-tool.js';
import { checkId, glob, list, next, state, text, waitSeconds } from './fields.js';

const strings = z.array(z.string());

export default defineTool({
  name: 'ces_manifest',
  title: 'Get the bounded manifest',
  description:
    'Call this first, before you write anything. Returns the active manifest: what you may touch, what counts as done, what will be checked. ' +
    'Without an active one, give objective, scope and acceptance_criteria: a manifest is drafted, classified, and authorized by policy, or stays proposed until the operator approves it (wait_seconds waits for that). ' +
    'With amend, asks the operator to widen the active one. Keep the scope as narrow as the work.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input: z.strictObject({
    objective: text(4000, 'What is to be done, in plain words').optional(),
    scope: list(glob, 200, 'Globs of all files that you will create, change or delete, tests included').optional(),
    acceptance_criteria: list(
      text(1000, 'One criterion'),
      50,
      'What must be true when it is done, one statement each',
    ).optional(),
    non_goals: list(text(1000, 'One thing that is not to be done'), 50, 'What is left out on purpose').optional(),
    checks: list(checkId, 50, 'Ids of optional checks that are to be required as well').optional(),
    wait_seconds: waitSeconds.optional().describe('How long to wait for the operator, 0 to 120'),
    amend: z
      .strictObject({
        scope: list(glob, 200, 'Globs to add').optional(),
        acceptance_criteria: list(text(1000, 'One criterion'), 50, 'Criteria to add').optional(),
        reason: text(2000, 'Why the work needs it'),
      })
      .optional()
      .describe('Asks to widen the active manifest'),
  }),
  output: z.strictObject({
    state,
    manifest_id: z.string(),
    manifest_digest: z.string(),
    objective: z.string(),
    scope: z.strictObject({ allow: strings, deny: strings, protected: strings }),
    tools: z.strictObject({ allow: strings, deny: strings }),
    acceptance_criteria: z.array(z.strictObject({ id: z.string(), text: z.string() })),
    checks: z.array(z.strictObject({ id: z.string(), argv: strings, required: z.boolean() })),
    must_not_break: strings,
    risk: z.strictObject({
      tier: z.enum(['A', 'B', 'C']),
      change_class: z.number(),
      behavior_confidence: z.number(),
      reasons: strings,
    }),
    amendment: z.strictObject({ id: z.string(), state: z.enum(['pending', 'granted', 'refused']) }).optional(),
    retries_left: z.number(),
    expires_at: z.string(),
    base: z.strictObject({ commit: z.string().nullable(), tree: z.string() }),
    starting_tree: z.string(),
    feedback: strings,
    next,
  }),
  handler: requestManifest,
  summarize: (out) =>
    `${out.manifest_id} is ${out.state} (tier ${out.risk.tier}); scope ${out.scope.allow.join(', ')}\n${out.next}`,
});
