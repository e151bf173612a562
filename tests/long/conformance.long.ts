import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeProgram, projectRoot } from '../support/built.js';
import { createGovernedProject, type GovernedProject } from '../support/governed-project.js';
import { type Bridge, startBridge } from '../support/stdio-http-bridge.js';

let project: GovernedProject;
let bridge: Bridge;

beforeAll(async () => {
  project = await createGovernedProject({});
  bridge = await startBridge(project.repo.root, project.home.env);
});
afterAll(async () => {
  await bridge?.close();
  await project?.dispose();
});

// The other scenarios ask for tools, prompts and resources of the suite's own fixture server by name.
const SCENARIOS = ['server-initialize', 'ping', 'tools-list'];

describe.each([
  ['@modelcontextprotocol/conformance', [], /SUCCESS/],
  // The next version holds every message against the schema of the protocol as well.
  ['conformance-next', ['--spec-version', '2025-11-25'], /wire-schema-valid/],
])('%s', (suite, options, seen) => {
  test.each(SCENARIOS)('passes %s', async (scenario) => {
    const { exitCode, output } = await runSuite(suite, [...options, '--verbose', '--scenario', scenario]);
    expect(exitCode, output).toBe(0);
    expect(output).toMatch(seen);
    expect(output).not.toMatch(/\b(FAILURE|WARNING|SKIPPED)\b/);
  });
});

async function runSuite(suite: string, args: readonly string[]): Promise<{ exitCode: number | null; output: string }> {
  const program = join(projectRoot, 'node_modules', suite, 'dist', 'index.js');
  const child = spawn(nodeProgram, [program, 'server', '--url', bridge.url, ...args], {
    cwd: project.home.folder,
    env: { ...project.home.env },
    timeout: 60_000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { exitCode, output };
}
