import { z } from 'zod';
import { submitEvidence } from '../core/operations/submit-evidence.js';
import { defineTool } from './define-tool.js';
import { criterionId, findings, list, manifestId, next, path, text } from './fields.js';

export default defineTool({
  name: 'ces_evidence_submit',
  title: 'Hand in evidence',
  description:
    'Hands in evidence for one or more acceptance criteria. It is bound to the files as they are now and labelled as reported: ' +
    'the operator sees it, but it never stands in for a check, which only CES runs (ces_verify). Hand it in when the work is finished; if files change afterwards, hand it in again.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  input: z.strictObject({
    manifest_id: manifestId,
    criteria: list(criterionId, 50, 'Ids of the criteria that it speaks for').min(1),
    kind: z
      .enum(['file', 'command', 'observation', 'exploration'])
      .describe(
        'file: a file shows it; command: a command that you ran; observation, exploration: what you saw or read',
      ),
    summary: text(4000, 'What it shows, in one or two sentences'),
    path: path('The file that shows it').optional(),
    argv: list(text(4096, 'One argument'), 100, 'The command that you ran').optional(),
    exit_code: z.number().int().min(-1).max(255).optional().describe('How that command ended'),
  }),
  output: z.strictObject({
    evidence_id: z.string(),
    digest: z.string(),
    candidate_tree: z.string(),
    provenance: z.literal('reported'),
    counts_for: z.array(z.string()),
    findings,
    next,
  }),
  handler: submitEvidence,
  summarize: (out) => `${out.evidence_id} kept for ${out.counts_for.join(', ')} (reported)\n${out.next}`,
});
