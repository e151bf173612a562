import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGovernedProject, type GovernedProject, textOf } from '../support/governed-project.js';
import type { Answer, McpSession } from '../support/mcp-client.js';
import { readState } from '../support/project-state.js';

let project: GovernedProject;
let mcp: McpSession;
let manifest: string;

beforeAll(async () => {
  project = await createGovernedProject({});
  mcp = await project.connect();
  const answer = await mcp.call('ces_manifest', {
    objective: 'Change a',
    scope: ['src/a.js'],
    acceptance_criteria: ['a is 2'],
  });
  manifest = textOf(answer.structured, 'manifest_id');
});
afterAll(() => project.dispose());

/** One clear error: a code, a value, what to do next, and nothing of the program's insides. */
function expectClearError(answer: Answer, code: string, ...mentions: readonly (string | RegExp)[]): void {
  expect(answer.isError, answer.text).toBe(true);
  expect(answer.text).toMatch(new RegExp(`^${code}: `));
  expect(answer.text).not.toMatch(/\n\s+at |node:internal|node_modules|\bZodError\b|\.ts:\d|\.js:\d/);
  expect(answer.text.length).toBeLessThan(2000);
  for (const mention of mentions) expect(answer.text).toMatch(mention);
}

/** Calls the tool and holds the state against what it was before. */
async function refuse(tool: string, args: Record<string, unknown>): Promise<Answer> {
  const before = readState(project.repo.root);
  const answer = await mcp.call(tool, args);
  expect(readState(project.repo.root)).toEqual(before);
  expect(project.repo.git('status', '--porcelain')).toBe('');
  return answer;
}

const nested = (depth: number): unknown => {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
};
const HUGE = 'x'.repeat(5 * 1024 * 1024);
const sound = (): Record<string, Record<string, unknown>> => ({
  ces_manifest: { objective: 'Change a' },
  ces_evidence_submit: {
    manifest_id: manifest,
    criteria: ['AC-1'],
    kind: 'file',
    summary: 'It is there',
    path: 'src/a.js',
  },
  ces_verify: { wait_seconds: 0 },
  ces_completion_claim: {
    manifest_id: manifest,
    summary: 'Done',
    files_changed: ['src/a.js'],
    criteria: [{ id: 'AC-1', evidence: [] }],
  },
  ces_report_blocked: { reason: 'No', needs: 'Yes' },
  ces_status: { paths: ['src/a.js'] },
});
const tools = Object.keys(sound());

describe.each(tools)('%s', (tool) => {
  test('names an unknown field, and the fields that there are', async () => {
    const answer = await refuse(tool, { ...sound()[tool], bogus_field: 1 });
    expectClearError(answer, 'invalid_input', /bogus_field/, /The fields are /);
  });

  test('refuses a value of the wrong type for each field, by name', async () => {
    const input = sound()[tool] ?? {};
    for (const field of Object.keys(input)) {
      for (const value of [{ not: 'this' }, null, 3.5, true])
        expectClearError(
          await refuse(tool, { ...input, [field]: value }),
          'invalid_input',
          new RegExp(`\\b${field}\\b`),
        );
    }
  });

  test('refuses values nested a thousand deep', async () => {
    const input = sound()[tool] ?? {};
    for (const field of Object.keys(input))
      expectClearError(await refuse(tool, { ...input, [field]: nested(1000) }), 'invalid_input');
  });

  test('refuses a field name of 5 MB without repeating it', async () => {
    expectClearError(await refuse(tool, { ...sound()[tool], [HUGE]: 1 }), 'invalid_input', /unknown field/);
  });
});

const TEXTS: readonly [tool: string, field: string, wrap: (text: string) => unknown][] = [
  ['ces_manifest', 'objective', (text) => text],
  ['ces_manifest', 'scope', (text) => [text]],
  ['ces_manifest', 'acceptance_criteria', (text) => [text]],
  ['ces_manifest', 'non_goals', (text) => [text]],
  ['ces_manifest', 'checks', (text) => [text]],
  ['ces_manifest', 'amend', (text) => ({ scope: [text], reason: 'Needed' })],
  ['ces_manifest', 'amend', (text) => ({ acceptance_criteria: ['More'], reason: text })],
  ['ces_evidence_submit', 'manifest_id', (text) => text],
  ['ces_evidence_submit', 'criteria', (text) => [text]],
  ['ces_evidence_submit', 'summary', (text) => text],
  ['ces_evidence_submit', 'path', (text) => text],
  ['ces_evidence_submit', 'argv', (text) => [text]],
  ['ces_verify', 'run_id', (text) => text],
  ['ces_verify', 'checks', (text) => [text]],
  ['ces_completion_claim', 'summary', (text) => text],
  ['ces_completion_claim', 'files_changed', (text) => [text]],
  ['ces_completion_claim', 'criteria', (text) => [{ id: 'AC-1', evidence: [], note: text }]],
  ['ces_completion_claim', 'open_questions', (text) => [text]],
  [
    'ces_completion_claim',
    'dependency_changes',
    (text) => [{ path: 'package.json', package: text, rationale: 'Needed' }],
  ],
  ['ces_report_blocked', 'reason', (text) => text],
  ['ces_report_blocked', 'needs', (text) => text],
  ['ces_status', 'paths', (text) => [text]],
  ['ces_status', 'command', (text) => text],
];
test.each(TEXTS)('%s refuses 5 MB of text, and NUL, in %s', async (tool, field, wrap) => {
  for (const text of [HUGE, 'src/a\0.js'])
    expectClearError(
      await refuse(tool, { ...sound()[tool], [field]: wrap(text) }),
      'invalid_input',
      new RegExp(`\\b${field}\\b`),
    );
});

const PATHS: readonly [tool: string, field: string, wrap: (path: string) => unknown][] = [
  ['ces_manifest', 'scope', (path) => [path]],
  ['ces_manifest', 'amend', (path) => ({ scope: [path], reason: 'Needed' })],
  ['ces_evidence_submit', 'path', (path) => path],
  ['ces_completion_claim', 'files_changed', (path) => [path]],
  ['ces_completion_claim', 'dependency_changes', (path) => [{ path, package: 'a', rationale: 'Needed' }]],
  ['ces_status', 'paths', (path) => [path]],
];
test.each(PATHS)('%s refuses paths that leave the root in %s', async (tool, field, wrap) => {
  for (const path of ['../outside', 'src/../../outside', '/etc/passwd', 'C:\\Windows'])
    expectClearError(
      await refuse(tool, { ...sound()[tool], [field]: wrap(path) }),
      'invalid_input',
      /below it|below the root/,
    );
});

test('a path that leads out of the root through a link is not read', async () => {
  symlinkSync('/etc', join(project.repo.root, 'out'));
  try {
    const before = readState(project.repo.root);
    const answer = await mcp.call('ces_evidence_submit', { ...sound().ces_evidence_submit, path: 'out/passwd' });
    expectClearError(answer, 'path_outside_root', /out\/passwd/);
    expect(readState(project.repo.root)).toEqual(before);
  } finally {
    rmSync(join(project.repo.root, 'out'));
  }
});

test('ids that are not there are named, and nothing is made of them', async () => {
  const none = 'M-000000000000';
  expectClearError(
    await refuse('ces_evidence_submit', { ...sound().ces_evidence_submit, manifest_id: none }),
    'no_active_manifest',
    none,
  );
  expectClearError(
    await refuse('ces_completion_claim', { ...sound().ces_completion_claim, manifest_id: none }),
    'no_active_manifest',
    none,
  );
  expectClearError(await refuse('ces_verify', { run_id: 'V-000000000000' }), 'not_found', 'V-000000000000');
  expectClearError(await refuse('ces_verify', { checks: ['nope'] }), 'invalid_input', 'nope', 'quick');
  expectClearError(await refuse('ces_verify', { cancel: true }), 'invalid_input', 'run_id');
  expectClearError(
    await refuse('ces_evidence_submit', { ...sound().ces_evidence_submit, criteria: ['AC-9'] }),
    'invalid_input',
    'AC-9',
    'AC-1',
  );
  expectClearError(
    await refuse('ces_evidence_submit', { ...sound().ces_evidence_submit, path: 'src/none.js' }),
    'not_found',
    'src/none.js',
  );
  expectClearError(await refuse('ces_manifest', { amend: { reason: 'For nothing' } }), 'invalid_input', 'amend');
});

test('an unknown tool, resource or prompt is refused with the names that there are', async () => {
  const before = readState(project.repo.root);
  const failures = [
    [mcp.client.callTool({ name: 'ces_approve', arguments: {} }), /ces_approve.*ces_manifest/],
    [mcp.client.readResource({ uri: 'ces://secrets' }), /ces:\/\/secrets.*ces:\/\/manifest/],
    [mcp.client.readResource({ uri: 'file:///etc/passwd' }), /ces:\/\/manifest/],
    [mcp.client.getPrompt({ name: 'approve' }), /approve.*start and finish/],
    [mcp.client.callTool({ name: HUGE, arguments: {} }), /There is no tool/],
  ] as const;
  for (const [call, message] of failures) {
    const error = await call.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toMatch(message);
    expect(String(error).length).toBeLessThan(1000);
    expect(String(error)).not.toMatch(/\n\s+at /);
  }
  expect(readState(project.repo.root)).toEqual(before);
});

describe('a project whose state is a link', () => {
  let linked: GovernedProject;
  beforeAll(async () => {
    linked = await createGovernedProject({});
  });
  afterAll(() => linked.dispose());

  test.each([
    ['.ces', '.ces', 'kept'],
    ['.ces/state.db', '.ces/state.db', 'kept.db'],
  ])('%s: every tool says so, and nothing behind the link is touched', async (_, link, target) => {
    const { root } = linked.repo;
    const elsewhere = join(linked.home.folder, target);
    const before = readState(root);
    mkdirSync(linked.home.folder, { recursive: true });
    renameSync(join(root, link), elsewhere);
    symlinkSync(elsewhere, join(root, link));
    const session = await linked.connect();
    try {
      for (const tool of tools) expectClearError(await session.call(tool, sound()[tool]), 'unsafe_state', /\.ces/);
    } finally {
      await session.close();
      rmSync(join(root, link));
      renameSync(elsewhere, join(root, link));
    }
    expect(readState(root)).toEqual(before);
  });
});

test('a root that is a link is refused by name, and its project is left alone', async () => {
  const link = join(project.home.folder, 'linked-root');
  symlinkSync(project.repo.root, link);
  const before = readState(project.repo.root);
  const { exitCode, stdout, json } = await project.ces('status', '--json', '--project-root', link);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(json()).toMatchObject({
    error: {
      code: 'unsafe_state',
      message: expect.stringContaining(link),
      hint: expect.stringContaining(project.repo.root),
    },
  });
  expect(readState(project.repo.root)).toEqual(before);
});
