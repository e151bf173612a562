import { z } from 'zod';
import { claimCompletion } from '../core/operations/claim-completion.js';
import { defineTool } from './define-tool.js';
import { criterionId, evidenceId, findings, list, manifestId, next, path, state, text } from './fields.js';

const paths = z.array(z.string());

export default defineTool({
  name: 'ces_completion_claim',
  title: 'Claim completion',
  description:
    'Claims that the work is done. It is compared with what really changed, the criteria, and the verification: accepted, or answered with everything that is missing at once. ' +
    'Needs a passing ces_verify run on exactly the files that are there now, every changed file in files_changed and no other, and evidence for each criterion. ' +
    'If the work can not be finished honestly, call ces_report_blocked instead: that is no failure.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  input: z.strictObject({
    manifest_id: manifestId,
    summary: text(8000, 'What was done'),
    files_changed: list(path('One path'), 5000, 'Every file created, changed or deleted, relative to the root'),
    criteria: list(
      z.strictObject({
        id: criterionId,
        evidence: list(evidenceId, 50, 'Ids from ces_evidence_submit'),
        note: text(2000, 'A remark').optional(),
      }),
      100,
      'Each criterion with its evidence',
    ),
    dependency_changes: list(
      z.strictObject({
        path: path('The file that names it'),
        package: text(214, 'Its name'),
        rationale: text(2000, 'Why it is needed'),
      }),
      200,
      'Every package that was added, removed or changed',
    ).optional(),
    complexity: text(4000, 'New abstractions, and why nothing simpler would do').optional(),
    open_questions: list(text(2000, 'One question'), 50, 'Questions that are still open').optional(),
    scope_deviations: list(text(2000, 'One deviation'), 50, 'Where the work left the manifest').optional(),
  }),
  output: z.strictObject({
    accepted: z.boolean(),
    state,
    verdict: z.enum(['proven', 'partially_proven', 'unproven', 'contradicted']),
    findings,
    delta: z.strictObject({ created: paths, modified: paths, deleted: paths }),
    claimed_unchanged: paths,
    changed_unclaimed: paths,
    retries_left: z.number(),
    next,
  }),
  handler: claimCompletion,
  summarize: (out) =>
    `${out.accepted ? 'Accepted' : 'Refused'}: ${out.verdict}; ${out.findings.length} finding(s)\n${out.next}`,
});
