import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGovernedProject, type GovernedProject, textOf } from '../support/governed-project.js';
import type { McpSession } from '../support/mcp-client.js';

let project: GovernedProject;
beforeEach(async () => {
  project = await createGovernedProject({});
});
afterEach(() => project?.dispose());

test('a policy that somebody loosened and committed does not count, and the operator is told', async () => {
  const policy = project.repo.read('.ces/policy.yaml');
  project.repo.write('.ces/policy.yaml', policy.replace('A: never', 'A: always').replace('B: narrow', 'B: always'));
  project.repo.commit('chore: tidy');
  const mcp = await project.connect();
  const { structured } = await mcp.call('ces_manifest', { objective: 'Rework the login', scope: ['**'] });
  expect(structured).toMatchObject({ state: 'proposed' });
  for (const command of ['status', 'explain']) {
    expect((await project.ces(command)).stdout).toMatch(/policy\.yaml of the base is not the one you pinned/);
    expect((await project.ask(command)).json).toMatchObject({ policy_note: expect.stringContaining('built-in rules') });
  }
});

test('nothing is said of a policy that is the pinned one', async () => {
  const mcp = await project.connect();
  await mcp.call('ces_manifest', { objective: 'Change a', scope: ['src/**'] });
  for (const command of ['status', 'explain'])
    expect((await project.ask(command)).json).not.toHaveProperty('policy_note');
});

test('a scope of protected paths, or with a line end in it, is refused; one that reaches what runs by itself waits', async () => {
  const mcp = await project.connect();
  const refuse = async (session: McpSession, scope: string) => {
    const { isError, text } = await session.call('ces_manifest', { objective: 'Change a', scope: ['src/**', scope] });
    expect(isError).toBe(true);
    expect(text).toContain('invalid_input');
  };
  for (const scope of ['.git/**', '.ces/**', '.claude/hooks/**', 'src/a\nScope: nothing', 'src/\u202Ea'])
    await refuse(mcp, scope);
  for (const scope of ['.npmrc', '.husky/**', 'node_modules/**', 'CLAUDE.md']) {
    const { structured } = await mcp.call('ces_manifest', { objective: 'Change a', scope: ['src/**', scope] });
    expect(structured).toMatchObject({ state: 'proposed', scope: { protected: expect.arrayContaining(['.git/**']) } });
    expect(
      (await project.ces('reject', textOf(structured, 'manifest_id'), '--cancel', '--reason', 'No')).exitCode,
    ).toBe(0);
  }
});
