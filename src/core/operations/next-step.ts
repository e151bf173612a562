import type { ManifestRow } from '../manifest/manifest.js';

const AGENT_STEP: Readonly<Record<ManifestRow['state'], (row: ManifestRow) => string>> = {
  proposed: (row) =>
    `Wait: the operator must run "ces approve ${row.id}" before you write anything. Call ces_manifest again with wait_seconds, or ces_report_blocked.`,
  authorized: () => 'Call ces_manifest to take it up.',
  in_progress: () =>
    'Work inside the scope, then ces_evidence_submit for each criterion, ces_verify, and ces_completion_claim. If you can not finish honestly: ces_report_blocked.',
  verifying: () => 'A verification is running: call ces_verify with its run_id.',
  under_review: () =>
    'Your claim is accepted. Stop: the operator decides. If you change anything, verify and claim again.',
  approved: () => 'This work is approved. Call ces_manifest with a new objective for other work.',
  rejected: () => 'The operator rejected it: read feedback. Call ces_manifest to go on while retries are left.',
  blocked: () => 'It is blocked for the operator. Stop and say so.',
  expired: () => 'Its time is over. Call ces_manifest with an objective for a new one.',
  cancelled: () => 'The operator cancelled it. Stop, or ask for a new manifest.',
  halted: () => 'Everything is halted by the operator. Stop.',
};

/** What the agent does now: one sentence, naming the tool. */
export function nextForAgent(row: ManifestRow): string {
  return AGENT_STEP[row.state](row);
}

const OPERATOR_STEP: Readonly<Record<ManifestRow['state'], (row: ManifestRow) => string>> = {
  proposed: (row) => `ces approve ${row.id}`,
  authorized: () => 'ces explain',
  in_progress: () => 'ces explain',
  verifying: () => 'ces explain',
  under_review: (row) => `ces approve ${row.id}`,
  approved: () => 'git commit',
  rejected: (row) => `ces reject ${row.id} --cancel --reason "not wanted any more"`,
  blocked: (row) => `ces explain ${row.id}`,
  expired: () => 'ces manifest "REQUEST"',
  cancelled: () => 'ces manifest "REQUEST"',
  halted: () => 'ces explain',
};

/** One command that exists and helps the operator on from here. */
export function nextForOperator(row: ManifestRow): string {
  return OPERATOR_STEP[row.state](row);
}
