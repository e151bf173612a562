import { createHash } from 'node:crypto';

export const FINDING_KINDS = [
  'schema_violation',
  'criterion_unaddressed',
  'check_failed',
  'check_missing',
  'evidence_mismatch',
  'scope_violation',
  'protected_path',
  'test_integrity',
  'dependency_undeclared',
  'residue',
  'unattributed',
  'observation_gap',
  'stale',
  'open_question',
  'governance_tamper',
  'secret',
  'sensitive_change',
  'coverage_gap',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What is wrong, where, and what to do about it. */
export interface Finding {
  /** The same finding has the same id each time it is found, so that a waiver can name it. */
  readonly id: string;
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly message: string;
  readonly fix: string;
  readonly path?: string;
  readonly line?: number;
  readonly criterion?: string;
  readonly check?: string;
}

export type FindingInput = Omit<Finding, 'id'>;

/** Gives a finding its id, from what it is about: kind, path, criterion, check; the message where there is none of these. */
export function createFinding(input: FindingInput): Finding {
  const subject = [input.kind, input.path ?? '', input.criterion ?? '', input.check ?? ''];
  if (input.path === undefined && input.criterion === undefined && input.check === undefined)
    subject.push(input.message);
  const hash = createHash('sha256').update(subject.join('\0')).digest('hex');
  return { id: `F-${hash.slice(0, 12)}`, ...input };
}

/** A finding that keeps a claim from being accepted, and an approval from being signed unless it is waived. */
export function isBlocking(finding: Finding): boolean {
  return finding.severity === 'critical' || finding.severity === 'high';
}

/** Worst first, then by path; one of each id. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const unique = new Map(findings.map((finding) => [finding.id, finding]));
  return [...unique.values()].sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || (a.path ?? '').localeCompare(b.path ?? ''),
  );
}
