import { describe, expect, test } from 'vitest';
import type { ClaimFacts } from '../../../src/core/claim/facts.js';
import { createFinding, isBlocking } from '../../../src/core/claim/finding.js';
import { judgeClaim, judgeWorkspace } from '../../../src/core/claim/judge.js';
import type { Change, TreeEntry } from '../../../src/core/delta/tree.js';
import type { Evidence } from '../../../src/core/evidence/evidence.js';
import type { Manifest } from '../../../src/core/manifest/manifest.js';
import { CI_PATHS, GOVERNANCE_PATHS } from '../../../src/core/manifest/scope.js';
import type { CheckResult } from '../../../src/core/verification/check.js';

const TREE = `sha256:${'1'.repeat(64)}`;
const OTHER_TREE = `sha256:${'2'.repeat(64)}`;
const argv = ['node', '--test'];

const manifest: Manifest = {
  id: 'M-000000000001',
  version: 1,
  objective: 'Add sub',
  requested_by: 'agent',
  scope: { allow: ['src/**', 'package.json', 'test/**'], deny: [], protected: [...GOVERNANCE_PATHS, ...CI_PATHS] },
  tools: { allow: ['*'], deny: [] },
  acceptance_criteria: [{ id: 'AC-1', text: 'sub(3, 2) is 1' }],
  non_goals: [],
  must_not_break: [],
  checks: [
    {
      id: 'node-test',
      argv,
      cwd: '.',
      timeoutMs: 1000,
      status: 'required',
      parser: 'junit',
      env: [],
      byProducts: [],
      reason: '',
    },
  ],
  profile: { source: 'base', digest: null },
  risk: { tier: 'C', change_class: 1, behavior_confidence: 1, reasons: ['x'] },
  policy: { source: 'built-in', digest: TREE, rule: 'authorize.C=narrow' },
  base: { commit: 'c'.repeat(40), tree: TREE, git_tree: 'd'.repeat(40) },
  starting_tree: TREE,
  starting_scan: 'e'.repeat(64),
  local_ignores: { infoExclude: '', global: '' },
  max_retries: 3,
  created_at: '2026-01-01T00:00:00.000Z',
  expires_at: '2026-01-15T00:00:00.000Z',
};

const result: CheckResult = {
  id: 'node-test',
  argv,
  required: true,
  status: 'pass',
  exitCode: 0,
  durationMs: 10,
  tests: { total: 2, passed: 2, failed: 0, skipped: 0 },
  diagnostics: [],
  outputTail: '',
  reason: null,
  containment: 'none',
  toolVersion: null,
  environmentDigest: TREE,
};

const run = {
  id: 'V-000000000001',
  manifestId: manifest.id,
  candidateTree: TREE,
  gitTree: 'd'.repeat(40),
  where: 'clean' as const,
  containment: 'none' as const,
  level: 0,
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:01.000Z',
  verdict: 'pass' as const,
  checks: [result],
};

const evidence: Evidence = {
  id: 'E-000000000001',
  manifest_id: manifest.id,
  criteria: ['AC-1'],
  kind: 'file',
  summary: 'sub is there',
  path: null,
  path_digest: null,
  argv: null,
  exit_code: null,
  candidate_tree: TREE,
  provenance: 'reported',
  submitted_at: '2026-01-01T00:00:00.000Z',
};

const entry = (path: string): TreeEntry => ({ path, mode: '100644', sha256: 'a'.repeat(64), size: 1 });
const modified = (path: string): Change => ({
  path,
  kind: 'modified',
  before: entry(path),
  after: { ...entry(path), sha256: 'b'.repeat(64) },
});

const installedChange = (path: string) => ({
  path,
  kind: 'modified' as const,
  class: 'dependency' as const,
  before: entry(path),
  after: entry(path),
});

const honest: ClaimFacts = {
  manifest,
  claim: { summary: 'done', files_changed: ['src/a.js'], criteria: [{ id: 'AC-1', evidence: [evidence.id] }] },
  delta: [modified('src/a.js')],
  work: [modified('src/a.js')],
  residue: [],
  residueBefore: [],
  installed: { sinceStart: [], sinceAccepted: [], foldersAtStart: ['node_modules'], links: [] },
  refusals: [],
  unattributed: [],
  baseMoved: null,
  acceptedGone: false,
  candidateTree: TREE,
  run,
  evidence: [evidence],
  integrity: [],
  dependencies: [],
  gaps: [],
};

const touching = (path: string): Partial<ClaimFacts> => ({
  delta: [...honest.delta, modified(path)],
  work: [...honest.work, modified(path)],
  claim: { ...honest.claim, files_changed: ['src/a.js', path] },
});

test('an honest claim is accepted as proven, without a finding', () => {
  expect(judgeClaim(honest)).toEqual({ accepted: true, verdict: 'proven', findings: [] });
});

describe('a claim is refused', () => {
  test.each<[string, Partial<ClaimFacts>, { kind: string; path?: string; check?: string; criterion?: string }, string]>(
    [
      [
        'that names an unchanged file',
        { claim: { ...honest.claim, files_changed: ['src/a.js', 'src/b.js'] } },
        { kind: 'evidence_mismatch', path: 'src/b.js' },
        'contradicted',
      ],
      [
        'that leaves a changed file out',
        { claim: { ...honest.claim, files_changed: [] } },
        { kind: 'evidence_mismatch', path: 'src/a.js' },
        'contradicted',
      ],
      [
        'with a change outside the scope',
        touching('other.txt'),
        { kind: 'scope_violation', path: 'other.txt' },
        'contradicted',
      ],
      [
        'with a changed policy',
        touching('.ces/policy.yaml'),
        { kind: 'governance_tamper', path: '.ces/policy.yaml' },
        'contradicted',
      ],
      [
        'with a changed workflow',
        touching('.github/workflows/ci.yml'),
        { kind: 'protected_path', path: '.github/workflows/ci.yml' },
        'contradicted',
      ],
      [
        'without evidence for a criterion',
        { claim: { ...honest.claim, criteria: [] } },
        { kind: 'criterion_unaddressed', criterion: 'AC-1' },
        'partially_proven',
      ],
      [
        'with evidence that there is not',
        { evidence: [] },
        { kind: 'evidence_mismatch', criterion: 'AC-1' },
        'partially_proven',
      ],
      [
        'for a criterion that there is not',
        { claim: { ...honest.claim, criteria: [...honest.claim.criteria, { id: 'AC-9', evidence: [] }] } },
        { kind: 'schema_violation', criterion: 'AC-9' },
        'partially_proven',
      ],
      ['without a run', { run: null }, { kind: 'check_missing', check: 'node-test' }, 'unproven'],
      [
        'with a run of another command',
        { run: { ...run, checks: [{ ...result, argv: ['true'] }] } },
        { kind: 'check_missing', check: 'node-test' },
        'unproven',
      ],
      ['with a run of other files', { run: { ...run, candidateTree: OTHER_TREE } }, { kind: 'stale' }, 'unproven'],
      [
        'with a failing check',
        { run: { ...run, checks: [{ ...result, status: 'fail', reason: '1 of 2 failed' }] } },
        { kind: 'check_failed', check: 'node-test' },
        'contradicted',
      ],
      [
        'with an inconclusive check',
        { run: { ...run, checks: [{ ...result, status: 'inconclusive', reason: 'no report' }] } },
        { kind: 'check_failed', check: 'node-test' },
        'contradicted',
      ],
      [
        'with an open question',
        { claim: { ...honest.claim, open_questions: ['Is this right?'] } },
        { kind: 'open_question' },
        'partially_proven',
      ],
      [
        'that confesses a deviation',
        { claim: { ...honest.claim, scope_deviations: ['touched more'] } },
        { kind: 'scope_violation' },
        'contradicted',
      ],
      [
        'with a new dependency that it does not name',
        { dependencies: [{ path: 'package.json', package: 'left-pad' }] },
        { kind: 'dependency_undeclared', path: 'package.json' },
        'partially_proven',
      ],
      [
        'with a weakened test',
        { integrity: [{ path: 'test/a.test.js', severity: 'high', message: 'deleted', fix: 'restore' }] },
        { kind: 'test_integrity', path: 'test/a.test.js' },
        'partially_proven',
      ],
      [
        'with a new git hook',
        {
          residue: [
            {
              path: '.git/hooks/pre-commit',
              kind: 'created',
              class: 'git',
              before: null,
              after: entry('.git/hooks/pre-commit'),
              severity: 'high',
            },
          ],
        },
        { kind: 'residue', path: '.git/hooks/pre-commit' },
        'partially_proven',
      ],
      [
        'with a file that git would store otherwise',
        { refusals: [{ path: 'src/a.js', reason: 'filter', detail: 'filter=x' }] },
        { kind: 'residue', path: 'src/a.js' },
        'partially_proven',
      ],
    ],
  )('%s', (_, change, expected, verdict) => {
    const judged = judgeClaim({ ...honest, ...change });
    expect(judged.findings).toContainEqual(expect.objectContaining(expected));
    expect(judged.accepted).toBe(false);
    expect(judged.verdict).toBe(verdict);
  });
});

describe('a claim is accepted, and the operator is shown', () => {
  test.each<[string, Partial<ClaimFacts>, { kind: string; path?: string }]>([
    [
      'what differed before the work began',
      { unattributed: ['src/old.js'] },
      { kind: 'unattributed', path: 'src/old.js' },
    ],
    [
      'commits that no approval covers',
      { baseMoved: { since: 'init', commit: 'c'.repeat(40), paths: ['src/back-door.js'] } },
      { kind: 'unattributed' },
    ],
    ['a sensitive place', touching('src/auth/a.js'), { kind: 'sensitive_change', path: 'src/auth/a.js' }],
    [
      'a package that changed with its lockfile',
      {
        ...touching('package-lock.json'),
        manifest: { ...manifest, scope: { ...manifest.scope, allow: ['**'] } },
        installed: {
          sinceStart: [installedChange('node_modules/@a/b/c.js')],
          sinceAccepted: [],
          foldersAtStart: ['node_modules'],
          links: [],
        },
      },
      { kind: 'residue', path: 'node_modules/@a/b' },
    ],
    [
      'packages that were installed anew',
      {
        installed: {
          sinceStart: [installedChange('node_modules/a/c.js')],
          sinceAccepted: [],
          foldersAtStart: [],
          links: [],
        },
      },
      { kind: 'residue', path: 'node_modules/a' },
    ],
    [
      'a package that changed before the work',
      {
        installed: {
          sinceStart: [],
          sinceAccepted: [installedChange('node_modules/a/c.js')],
          foldersAtStart: ['node_modules'],
          links: [],
        },
      },
      { kind: 'unattributed', path: 'node_modules/a' },
    ],
    [
      'that what is installed was never looked at',
      { installed: { sinceStart: [], sinceAccepted: null, foldersAtStart: ['node_modules'], links: [] } },
      { kind: 'observation_gap' },
    ],
    ['that nobody could watch', { gaps: [{ kind: 'killed', from: 'a', to: null }] }, { kind: 'observation_gap' }],
    [
      'a test that a criterion names',
      {
        manifest: { ...manifest, acceptance_criteria: [{ id: 'AC-1', text: 'test/a.test.js goes' }] },
        integrity: [{ path: 'test/a.test.js', severity: 'high', message: 'deleted', fix: '' }],
      },
      { kind: 'test_integrity', path: 'test/a.test.js' },
    ],
    ['that nothing was required', { manifest: { ...manifest, checks: [] } }, { kind: 'check_missing' }],
    [
      'evidence that is older than the files',
      { evidence: [{ ...evidence, candidate_tree: OTHER_TREE }] },
      { kind: 'stale' },
    ],
  ])('%s', (_, change, expected) => {
    const judged = judgeClaim({ ...honest, ...change });
    expect(judged.accepted).toBe(true);
    expect(judged.findings).toContainEqual(expect.objectContaining(expected));
  });
});

test('a tool’s cache among the packages is not worth a word', () => {
  const sinceStart = ['node_modules/.vite/x.json', 'node_modules/.cache/y', '.venv/lib/__pycache__/z.pyc'].map(
    installedChange,
  );
  expect(judgeClaim({ ...honest, installed: { ...honest.installed, sinceStart } }).findings).toEqual([]);
});

test('what the operator last answered for and is gone keeps a claim from being accepted', () => {
  const judged = judgeClaim({ ...honest, acceptedGone: true });
  expect(judged.accepted).toBe(false);
  expect(judged.findings).toMatchObject([{ kind: 'observation_gap', severity: 'high' }]);
});

test('installed packages behind a link are said to be out of sight', () => {
  const judged = judgeClaim({ ...honest, installed: { ...honest.installed, links: ['node_modules'] } });
  expect(judged.findings).toMatchObject([{ kind: 'observation_gap', severity: 'medium', path: 'node_modules' }]);
});

test('compiled Python among vendored packages is no by-product', () => {
  const sinceStart = [installedChange('vendor/__pycache__/z.pyc')];
  expect(
    judgeClaim({ ...honest, installed: { ...honest.installed, sinceStart, foldersAtStart: ['vendor'] } }).accepted,
  ).toBe(false);
});

test('everything that is missing is said at once', () => {
  const kinds = judgeClaim({ ...honest, ...touching('other.txt'), run: null, evidence: [] }).findings.map(
    (finding) => finding.kind,
  );
  expect(kinds).toEqual(expect.arrayContaining(['scope_violation', 'check_missing', 'evidence_mismatch']));
});

test('the workspace alone is judged without a word of the agent', () => {
  const found = judgeWorkspace({
    ...honest,
    ...touching('other.txt'),
    claim: { summary: '', files_changed: [], criteria: [] },
  });
  expect(found.map(({ kind, path }) => ({ kind, path }))).toEqual([{ kind: 'scope_violation', path: 'other.txt' }]);
});

test('the same finding has the same id, another path another', () => {
  const base = { kind: 'scope_violation' as const, severity: 'high' as const, message: 'm', fix: 'f' };
  expect(createFinding({ ...base, path: 'a' }).id).toBe(
    createFinding({ ...base, path: 'a', message: 'other words' }).id,
  );
  expect(createFinding({ ...base, path: 'a' }).id).not.toBe(createFinding({ ...base, path: 'b' }).id);
  expect(isBlocking(createFinding(base))).toBe(true);
});
