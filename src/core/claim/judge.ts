import type { Verdict } from './claim.js';
import type { ClaimFacts, ClaimRule } from './facts.js';
import { createFinding, type Finding, isBlocking, sortFindings } from './finding.js';
import { checksRule } from './rules/checks.js';
import { criteriaRule } from './rules/criteria.js';
import { filesRule } from './rules/files.js';
import { dependenciesRule, integrityRule, questionsRule, sensitiveRule } from './rules/honesty.js';
import { installedRule } from './rules/installed.js';
import { scopeRule } from './rules/scope.js';
import { observationRule, residueRule } from './rules/surroundings.js';

const RULES: readonly ClaimRule[] = [
  filesRule,
  scopeRule,
  criteriaRule,
  checksRule,
  residueRule,
  installedRule,
  observationRule,
  questionsRule,
  dependenciesRule,
  integrityRule,
  sensitiveRule,
];

/** The rules that need no claim: what stands against the workspace as it is now. */
const STANDING_RULES: readonly ClaimRule[] = [
  scopeRule,
  residueRule,
  installedRule,
  observationRule,
  integrityRule,
  sensitiveRule,
];

/** What a claim made now would be told about the files themselves, whatever it said. */
export function judgeWorkspace(facts: ClaimFacts): Finding[] {
  return sortFindings(STANDING_RULES.flatMap((rule) => rule(facts)).map(createFinding));
}

export interface Judgement {
  readonly accepted: boolean;
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
}

/** Holds a claim against what was measured, and says everything that is missing at once. */
export function judgeClaim(facts: ClaimFacts): Judgement {
  const findings = sortFindings(RULES.flatMap((rule) => rule(facts)).map(createFinding));
  return { accepted: !findings.some(isBlocking), verdict: judgeVerdict(findings), findings };
}

/** Contradicted: something measured says otherwise. Unproven: no run speaks for it. Partially: something is left to judge. */
export function judgeVerdict(findings: readonly Finding[]): Verdict {
  const has = (...kinds: Finding['kind'][]) =>
    findings.some((finding) => kinds.includes(finding.kind) && finding.severity !== 'low');
  if (
    has('check_failed', 'scope_violation', 'protected_path', 'governance_tamper') ||
    findings.some((f) => f.kind === 'evidence_mismatch' && f.path !== undefined)
  )
    return 'contradicted';
  if (has('check_missing') || findings.some((finding) => finding.kind === 'stale' && finding.severity === 'high'))
    return 'unproven';
  return findings.some((finding) => finding.severity !== 'low') ? 'partially_proven' : 'proven';
}
