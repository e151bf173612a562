import type { ClaimFacts } from '../../../src/core/claim/facts.js';
import type { Finding } from '../../../src/core/claim/finding.js';
import { judgeClaim } from '../../../src/core/claim/judge.js';
import { placeInstalled } from '../../../src/core/claim/rules/installed.js';
import { compareResidue, compareTrees } from '../../../src/core/delta/compare.js';
import { residueSeverity } from '../../../src/core/delta/residue.js';
import type { Scan } from '../../../src/core/delta/tree.js';
import type { Evidence } from '../../../src/core/evidence/evidence.js';
import type { Manifest } from '../../../src/core/manifest/manifest.js';
import { CI_PATHS, GOVERNANCE_PATHS } from '../../../src/core/manifest/scope.js';
import type { Start } from './repository-fixture.js';

const at = '2026-01-01T00:00:00.000Z';

/** What a claim is told that names these files (none: it is silent), in a manifest whose scope is `src/**`. Everything else about it is in order. */
export function judgeScan(
  { base, scan }: Pick<Start, 'base' | 'scan'>,
  now: Scan,
  filesChanged: readonly string[] = [],
): readonly Finding[] {
  const manifest: Manifest = {
    ...{ id: 'M-1', version: 1, objective: 'x', requested_by: 'agent' },
    scope: { allow: ['src/**'], deny: [], protected: [...GOVERNANCE_PATHS, ...CI_PATHS] },
    tools: { allow: ['*'], deny: [] },
    acceptance_criteria: [{ id: 'AC-1', text: 'x' }],
    ...{ non_goals: [], must_not_break: [], max_retries: 3, created_at: at, expires_at: at },
    checks: [
      {
        ...{ id: 'test', argv: ['x'], cwd: '.', timeoutMs: 1, status: 'required', parser: 'exit-code' },
        ...{ env: [], byProducts: [], reason: '' },
      },
    ],
    profile: { source: 'base', digest: null },
    risk: { tier: 'C', change_class: 1, behavior_confidence: 1, reasons: [] },
    policy: { source: 'built-in', digest: '', rule: '' },
    base: { commit: base.commit, tree: base.tree.digest, git_tree: base.tree.gitTree },
    ...{ starting_tree: scan.candidate.digest, starting_scan: '' },
    local_ignores: { infoExclude: '', global: '' },
  };
  const candidateTree = now.candidate.digest;
  const evidence: Evidence = {
    ...{ id: 'E-1', manifest_id: 'M-1', criteria: ['AC-1'], kind: 'file', summary: 'x', path: null, path_digest: null },
    ...{ argv: null, exit_code: null, candidate_tree: candidateTree, provenance: 'reported', submitted_at: at },
  };
  const facts: ClaimFacts = {
    manifest,
    claim: { summary: 'x', files_changed: [...filesChanged], criteria: [{ id: 'AC-1', evidence: ['E-1'] }] },
    delta: compareTrees(base.tree, now.candidate),
    work: compareTrees(scan.candidate, now.candidate),
    residue: compareResidue(scan.residue, now.residue).map((change) => ({
      ...change,
      severity: residueSeverity(change),
    })),
    installed: {
      sinceStart: compareResidue(scan.residue, now.residue).filter((change) => change.class === 'dependency'),
      sinceAccepted: [],
      links: [],
      foldersAtStart: scan.residue
        .filter((entry) => entry.class === 'dependency')
        .map((entry) => placeInstalled(entry.path).folder),
    },
    residueBefore: [],
    refusals: now.refusals,
    ...{ unattributed: [], baseMoved: null, acceptedGone: false },
    candidateTree,
    run: {
      ...{ id: 'V-1', manifestId: 'M-1', candidateTree, gitTree: now.candidate.gitTree, where: 'clean' },
      ...{ containment: 'none', level: 0, startedAt: at, finishedAt: at, verdict: 'pass' },
      checks: [
        {
          ...{ id: 'test', argv: ['x'], required: true, status: 'pass', exitCode: 0, durationMs: 1, tests: null },
          ...{ diagnostics: [], outputTail: '', reason: null, containment: 'none', toolVersion: null },
          environmentDigest: '',
        },
      ],
    },
    evidence: [evidence],
    ...{ integrity: [], dependencies: [], gaps: [] },
  };
  return judgeClaim(facts).findings;
}
