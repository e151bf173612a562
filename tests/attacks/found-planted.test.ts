import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createGovernedProject,
  type GovernedProject,
  placeOperatorKey,
  QUICK_CHECK,
  signOnTerminal,
  textOf,
} from '../support/governed-project.js';
import { createTempRepo } from '../support/temp-repo.js';
import { CHANGE, reviewWork, tryToApprove, workAndClaim } from './rig.js';

// Installed, ignored by git, and what the check consists of.
const RUNNER = 'node_modules/runner/run.mjs';
const HONEST =
  "import { readFileSync } from 'node:fs';\nprocess.exit(/= \\d+;/.test(readFileSync('src/a.js', 'utf8')) ? 0 : 1);\n";
const FAKE = 'process.exit(0);\n';
const EVIL = "export const a = 'evil';\n";

let project: GovernedProject;
const write = (path: string, text: string) => project.repo.write(path, text);
const about = (path: RegExp, rest: object) =>
  expect.arrayContaining([expect.objectContaining({ ...rest, path: expect.stringMatching(path) })]);

describe('a test runner among installed packages', () => {
  beforeEach(async () => {
    const repo = createTempRepo({
      '.gitignore': 'node_modules\n',
      'package.json': '{ "type": "module" }\n',
      'src/a.js': 'export const a = 1;\n',
    });
    repo.write(RUNNER, HONEST);
    const checks = { unit: { status: 'required' as const, argv: ['node', RUNNER] } };
    project = await createGovernedProject({ repo, checks, beforeInit: placeOperatorKey });
  });
  afterEach(() => project?.dispose());

  test('left alone, it fails bad work and lets good work through without a word about it', async () => {
    const bad = await workAndClaim(project, { edit: () => write('src/a.js', EVIL) });
    expect(bad).toMatchObject({ run: { verdict: 'fail' }, claim: { accepted: false } });
    expect((await project.ces('reject', bad.manifest, '--cancel', '--reason', 'No')).exitCode).toBe(0);
    write('src/a.js', 'export const a = 1;\n');
    const good = await workAndClaim(project, { edit: () => write('src/a.js', CHANGE) });
    expect(good).toMatchObject({ run: { verdict: 'pass' }, claim: { accepted: true } });
    expect(JSON.stringify(good.claim.findings)).not.toContain('node_modules');
  });

  test('replaced during the work, it passes bad work, and the claim is refused because of it', async () => {
    const { run, claim } = await workAndClaim(project, {
      edit: () => {
        write('src/a.js', EVIL);
        write(RUNNER, FAKE);
      },
    });
    expect(run).toMatchObject({ verdict: 'pass' });
    expect(claim).toMatchObject({
      accepted: false,
      findings: about(/^node_modules\/runner$/, { kind: 'residue', severity: 'high' }),
    });
  });

  test('replaced after init and before the work, it is shown as unattributed at the claim and before the signature', async () => {
    write(RUNNER, FAKE);
    const { claim } = await workAndClaim(project, { edit: () => write('src/a.js', EVIL) });
    expect(claim).toMatchObject({
      accepted: true,
      findings: about(/^node_modules\/runner$/, { kind: 'unattributed', severity: 'medium' }),
    });
    expect(await reviewWork(project)).toContain(
      'node_modules/runner (installed, 1 file(s)) changed before the work began',
    );
  });
});

describe('what an agent commits before it asks for anything', () => {
  const PROFILE = '.ces/verification-profile.json';
  beforeEach(async () => {
    project = await createGovernedProject({ beforeInit: placeOperatorKey });
  });
  afterEach(() => project?.dispose());

  test('is named as commits that no approval covers, at the claim and before the signature', async () => {
    write('src/backdoor.js', 'export const x = 1;\n');
    project.repo.commit('chore: tidy');
    const { claim } = await workAndClaim(project, { edit: () => write('src/a.js', CHANGE) });
    const message =
      /Commits that no approval covers changed \d+ path\(s\) of the base since ces init.*src\/backdoor\.js/;
    expect(claim).toMatchObject({
      accepted: true,
      findings: expect.arrayContaining([
        expect.objectContaining({ kind: 'unattributed', message: expect.stringMatching(message) }),
      ]),
    });
    expect(await reviewWork(project)).toMatch(message);
  });

  test('a profile of its own keeps the manifest proposed until the operator signs it; then it counts, also later', async () => {
    const profile = { version: 1, checks: { unit: { ...QUICK_CHECK, argv: ['true'] } } };
    write(PROFILE, JSON.stringify(profile));
    project.repo.commit('chore: tidy');
    const mcp = await project.connect();
    const request = { objective: 'Set a to two', scope: ['src/a.js'], acceptance_criteria: ['a is 2'] };
    const asked = (await mcp.call('ces_manifest', request)).structured;
    expect(asked).toMatchObject({ state: 'proposed' });
    const manifest = textOf(asked, 'manifest_id');
    const { exitCode, output } = await signOnTerminal(project, [manifest]);
    expect(exitCode).toBe(0);
    expect(output).toMatch(/unit \(required\): true/);
    expect(output).toContain('profile=unseen');
    expect((await mcp.call('ces_manifest')).structured).toMatchObject({ state: 'in_progress' });
    expect((await project.ces('reject', manifest, '--cancel', '--reason', 'Other work')).exitCode).toBe(0);
    expect((await mcp.call('ces_manifest', request)).structured).toMatchObject({ state: 'in_progress' });
    await mcp.close();
  });
});

describe("git's own settings, planted before the work", () => {
  beforeEach(async () => {
    project = await createGovernedProject({ beforeInit: placeOperatorKey });
  });
  afterEach(() => project?.dispose());

  test.each([
    [
      'a hook',
      '.git/hooks/pre-commit',
      () => {
        write('.git/hooks/pre-commit', '#!/bin/sh\necho evil >> src/a.js; git add src/a.js\n');
        chmodSync(join(project.repo.root, '.git/hooks/pre-commit'), 0o755);
      },
    ],
    ['core.hooksPath', '.git/config', () => project.repo.git('config', 'core.hooksPath', '/tmp/hooks')],
  ])('%s is shown as unattributed at the claim and before the signature', async (_, path, plant) => {
    plant();
    const { claim } = await workAndClaim(project, { edit: () => write('src/a.js', CHANGE) });
    expect(claim).toMatchObject({
      accepted: true,
      findings: expect.arrayContaining([expect.objectContaining({ kind: 'unattributed', severity: 'medium', path })]),
    });
    expect(await reviewWork(project)).toMatch(
      new RegExp(`${path.replaceAll('.', '\\.')} was (created|modified) \\(git\\) before this work began`),
    );
  });

  test('a hook planted during the work is refused', async () => {
    const { claim } = await workAndClaim(project, {
      edit: () => {
        write('src/a.js', CHANGE);
        write('.git/hooks/pre-commit', '#!/bin/sh\n');
      },
    });
    expect(claim).toMatchObject({
      accepted: false,
      findings: about(/^\.git\/hooks\/pre-commit$/, { severity: 'high' }),
    });
    expect((await tryToApprove(project)).exitCode).not.toBe(0);
  });
});
