import { z } from 'zod';
import type { Answered } from './messages.js';
import type { Story } from './story.js';
import { CODE, STRAY, TEST, UNTOUCHED } from './task.js';

/** What the story keeps of the agent's part. */
export interface AgentPart {
  readonly manifestId: string;
  readonly containment: string;
  readonly level: number;
}

const manifestSchema = z.object({
  manifest_id: z.string(),
  state: z.string(),
  scope: z.object({ allow: z.array(z.string()) }),
  risk: z.object({ tier: z.string(), reasons: z.array(z.string()) }),
  checks: z.array(z.object({ id: z.string(), argv: z.array(z.string()), required: z.boolean() })),
});
const oracleSchema = z.object({ scope_check: z.object({ decision: z.string(), reasons: z.array(z.string()) }) });
const findingsSchema = z.array(
  z.object({ kind: z.string(), severity: z.string(), message: z.string(), path: z.string().optional() }),
);
const claimSchema = z.object({
  accepted: z.boolean(),
  state: z.string(),
  verdict: z.string(),
  findings: findingsSchema,
  claimed_unchanged: z.array(z.string()),
  changed_unclaimed: z.array(z.string()),
  next: z.string(),
});
const runSchema = z.object({
  run_id: z.string(),
  verdict: z.string(),
  where: z.string(),
  containment: z.string(),
  level: z.number(),
  checks: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      exit_code: z.number().nullable(),
      tests: z.object({ total: z.number(), passed: z.number(), failed: z.number() }).optional(),
      diagnostics: z.array(z.object({ path: z.string(), line: z.number(), message: z.string() })),
      reason: z.string().optional(),
    }),
  ),
});

/** Tells CES's answers to the agent, each held against what it must be; `part` gives what was seen once all are told. */
export function createAgentTeller(story: Story): { tell(answered: Answered): void; part(): AgentPart } {
  let manifestId = '';
  let run: z.infer<typeof runSchema> | null = null;
  const told = new Set<string>();

  const tellers: Readonly<Record<string, (answer: unknown) => void>> = {
    manifest: (answer) => {
      const { manifest_id, state, scope, risk, checks } = manifestSchema.parse(answer);
      manifestId = manifest_id;
      const reason = risk.reasons[0] ?? '';
      story.tell(`${manifest_id} is ${state}, started by policy. Its risk: ${reason}.`, 'good');
      story.tell(`It may change ${scope.allow.join(', ')}, and nothing else.`);
      for (const check of checks.filter(({ required }) => required))
        story.tell(`Required check ${check.id}, found in package.json: ${check.argv.slice(0, 2).join(' ')}`);
      story.expect(state === 'in_progress' && risk.tier === 'C', 'a manifest in progress, of tier C');
      story.expect(
        checks.some(({ required }) => required),
        'a required check, found in the project',
      );
    },
    oracle: (answer) => {
      const { decision, reasons } = oracleSchema.parse(answer).scope_check;
      story.tell(`${decision}: ${reasons.join('; ')}.`, 'bad');
      story.expect(decision === 'deny', `a denial for ${STRAY}`);
    },
    'early-claim': (answer) => {
      const claim = claimSchema.parse(answer);
      story.tell(`Refused, ${claim.verdict}, with everything that is missing at once:`, 'bad');
      for (const finding of claim.findings) story.tell(`- ${finding.message}`);
      const kinds = claim.findings.map(({ kind }) => kind);
      story.expect(!claim.accepted && claim.verdict === 'contradicted', 'a claim that is refused and contradicted');
      story.expect(
        claim.findings.some(({ kind, path }) => kind === 'scope_violation' && path === STRAY),
        `${STRAY} named as outside the scope`,
      );
      story.expect(claim.claimed_unchanged.join() === UNTOUCHED, `${UNTOUCHED} named as claimed and unchanged`);
      story.expect(
        [STRAY, TEST].every((path) => claim.changed_unclaimed.includes(path)),
        `${STRAY} and ${TEST} named as changed and left out`,
      );
      story.expect(kinds.includes('criterion_unaddressed'), 'the criteria without evidence');
      story.expect(kinds.includes('check_missing'), 'the missing run of the check');
    },
    'first-run': (answer) => {
      const failed = tellRun(answer);
      story.expect(failed.verdict === 'fail' && failed.checks[0]?.tests?.failed === 1, 'one test that fails');
    },
    evidence: (answer) => {
      const { evidence_id, provenance } = z.object({ evidence_id: z.string(), provenance: z.string() }).parse(answer);
      story.tell(`${evidence_id} is kept as ${provenance}: it stands in for no check.`);
      story.expect(provenance === 'reported', 'evidence that is labelled reported');
    },
    'second-run': (answer) => {
      run = tellRun(answer);
      const tests = run.checks[0]?.tests;
      story.expect(run.verdict === 'pass' && tests?.failed === 0 && tests.total >= 3, 'tests that all pass');
    },
    claim: (answer) => {
      const claim = claimSchema.parse(answer);
      story.tell(`${claim.accepted ? 'Accepted' : 'Refused'}: ${claim.verdict}; now ${claim.state}.`, 'good');
      for (const finding of claim.findings) story.tell(`- ${finding.severity}: ${finding.message}`);
      story.expect(claim.accepted && claim.verdict === 'proven', 'a claim that is accepted as proven');
      story.expect(claim.state === 'under_review', 'a manifest that waits for the operator');
    },
  };

  function tellRun(answer: unknown): z.infer<typeof runSchema> {
    const seen = runSchema.parse(answer);
    const { containment } = seen;
    const how = containment === 'none' ? 'UNCONTAINED (no sandbox works on this machine)' : `in ${containment}`;
    story.tell(`${seen.run_id}: the project's tests, on a clean copy, ${how}.`);
    for (const check of seen.checks) {
      const { tests } = check;
      const counts = tests === undefined ? (check.reason ?? '') : `${tests.passed} of ${tests.total} tests passed`;
      story.tell(`${check.id}: ${check.status}, exit code ${check.exit_code}, ${counts}`, toneOf(check.status));
      for (const { path, line, message } of check.diagnostics.slice(0, 2)) story.tell(`- ${path}:${line} ${message}`);
    }
    story.expect(seen.where === 'clean', 'a run on a clean copy');
    return seen;
  }

  return {
    tell({ step, isError, answer, text }) {
      story.begin(step, 'ces');
      if (isError) story.tell(text, 'bad');
      story.expect(!isError, 'an answer without an error');
      const tellIt = tellers[step];
      story.expect(tellIt !== undefined, `a step that the demo knows, instead of ${step}`);
      tellIt?.(answer);
      told.add(step);
    },
    part() {
      const missing = Object.keys(tellers).filter((step) => !told.has(step));
      story.expect(missing.length === 0, `the agent's ${missing.join(', ')} (${CODE})`);
      return { manifestId, containment: run?.containment ?? 'none', level: run?.level ?? 0 };
    },
  };
}

function toneOf(status: string): 'good' | 'bad' {
  return status === 'pass' ? 'good' : 'bad';
}
