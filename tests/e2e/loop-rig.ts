import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { projectRoot } from '../support/built.js';
import { createGovernedProject, type GovernedProject, placeOperatorKey, textOf } from '../support/governed-project.js';
import type { McpSession } from '../support/mcp-client.js';
import { cloneTempRepo } from '../support/temp-repo.js';

const MODULE = 'scripts/test-stages.mjs';
const TEST = 'checks/test-stages.test.mjs';
/** What the honest agent changes. */
export const CHANGED: readonly string[] = [TEST, MODULE];

// Node's own runner, so that the check is real and needs no packages.
const FIRST_TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as stages from '../scripts/test-stages.mjs';

test('finds the warnings of Node in what programs printed', () => {
  const found = stages.findNodeWarnings(['fine', '(node:12) Warning: not fine'], '/no/such/file');
  assert.deepEqual(found, ['(node:12) Warning: not fine']);
});
`;
const MORE_TEST = `
test('counts the stages that passed', () => {
  assert.equal(stages.countPassed([{ passed: true }, { passed: false }]), 1);
});
`;
const MORE_CODE = `
/** How many of these stages passed. */
export function countPassed(stages) {
  return stages.filter(({ passed }) => passed).length;
}
`;

export const REQUEST = {
  objective: 'Add a count of the passed stages to scripts/test-stages.mjs',
  scope: [MODULE, 'checks/**'],
  acceptance_criteria: ['countPassed gives the number of stages that passed', 'A test shows it'],
};

/** A clone of this very repository, governed, with one fast check in its committed profile. */
export async function governThisRepository(
  beforeInit: (project: GovernedProject) => Promise<unknown> = placeOperatorKey,
): Promise<GovernedProject> {
  const repo = cloneTempRepo(projectRoot);
  repo.write(TEST, FIRST_TEST);
  const argv = ['node', '--test', '--test-reporter=junit', '--test-reporter-destination={report}', TEST];
  return createGovernedProject({ repo, beforeInit, checks: { unit: { status: 'required', argv, parser: 'junit' } } });
}

/** Takes up a manifest for the work. */
export async function takeUp(mcp: McpSession, request: Record<string, unknown> = REQUEST): Promise<string> {
  const { structured } = await mcp.call('ces_manifest', request);
  expect(structured).toMatchObject({ state: 'in_progress' });
  return textOf(structured, 'manifest_id');
}

/** Makes the change, in the working tree alone. */
export function makeChange({ repo }: GovernedProject): void {
  repo.write(MODULE, repo.read(MODULE) + MORE_CODE);
  repo.write(TEST, repo.read(TEST) + MORE_TEST);
}

/** Edits one line of the change. */
export function editOneLine({ repo }: GovernedProject): void {
  repo.write(MODULE, repo.read(MODULE).replace('/** How many of these stages passed. */', '/** How many passed. */'));
}

/** Evidence for both criteria, and the claim that an honest agent makes. */
export async function prepareClaim(mcp: McpSession, manifest: string): Promise<Record<string, unknown>> {
  const evidence: Record<string, string> = {};
  for (const [criterion, path] of [
    ['AC-1', MODULE],
    ['AC-2', TEST],
  ] as const) {
    const input = { manifest_id: manifest, criteria: [criterion], kind: 'file', summary: `${path} holds it`, path };
    const { structured } = await mcp.call('ces_evidence_submit', input);
    expect(structured).toMatchObject({ provenance: 'reported', counts_for: [criterion] });
    evidence[criterion] = textOf(structured, 'evidence_id');
  }
  const criteria = Object.entries(evidence).map(([id, given]) => ({ id, evidence: [given] }));
  return { manifest_id: manifest, summary: 'Counted and tested', files_changed: [...CHANGED], criteria };
}

/** Has the check pass on the files as they are. */
export async function verifyPasses(mcp: McpSession): Promise<void> {
  const { structured } = await mcp.call('ces_verify');
  expect(structured).toMatchObject({ verdict: 'pass', where: 'clean', checks: [{ id: 'unit', status: 'pass' }] });
}

/** The whole way to an accepted claim. */
export async function finishWork(project: GovernedProject, mcp: McpSession): Promise<string> {
  const manifest = await takeUp(mcp);
  makeChange(project);
  const claim = await prepareClaim(mcp, manifest);
  await verifyPasses(mcp);
  const { structured } = await mcp.call('ces_completion_claim', claim);
  expect(structured).toMatchObject({ accepted: true, state: 'under_review' });
  return manifest;
}

export interface ExportedStatement {
  readonly path: string;
  readonly signaturePath: string;
  readonly bytes: Buffer;
  readonly statement: Readonly<Record<string, unknown>>;
}

/** The statements in `.ces/exports/`. */
export function readExports({ repo }: GovernedProject): ExportedStatement[] {
  const folder = join(repo.root, '.ces', 'exports');
  const names = readdirSync(folder).filter((name) => name.endsWith('.statement.json'));
  return names.map((name) => {
    const path = join(folder, name);
    const bytes = readFileSync(path);
    return { path, signaturePath: `${path}.sig`, bytes, statement: JSON.parse(bytes.toString('utf8')) };
  });
}
