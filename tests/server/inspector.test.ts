import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cesProgram, createHome, nodeProgram, projectRoot } from '../support/built.js';
import { startMcp } from '../support/mcp-client.js';

const INSPECTOR = join(projectRoot, 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js');

test('the MCP inspector finds nothing to complain about in strict mode', async () => {
  const home = createHome();
  const folder = mkdtempSync(join(tmpdir(), 'ces-no-project-'));
  try {
    const args = ['--cli', nodeProgram, cesProgram(), 'serve', '--method', 'tools/list', '--strict'];
    const child = spawn(nodeProgram, [INSPECTOR, ...args], { cwd: folder, env: { ...home.env }, timeout: 50_000 });
    child.stdin.end();
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const exitCode = await new Promise((resolve) => child.on('close', resolve));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout).tools).toHaveLength(6);
  } finally {
    home.dispose();
    rmSync(folder, { recursive: true });
  }
});

test('the instructions say the key sentence within 250 characters, and all within 500', async () => {
  const home = createHome();
  const folder = mkdtempSync(join(tmpdir(), 'ces-no-project-'));
  const mcp = await startMcp(folder, home.env);
  try {
    const instructions = mcp.client.getInstructions() ?? '';
    expect(instructions.length).toBeLessThanOrEqual(500);
    const [key = ''] = instructions.split(/(?<=\.) (?=Only)/);
    expect(key.length).toBeLessThanOrEqual(250);
    for (const name of ['ces_manifest', 'ces_evidence_submit', 'ces_verify', 'ces_completion_claim'])
      expect(key).toContain(name);
    expect(instructions).toContain('ces_report_blocked');
  } finally {
    await mcp.close();
    home.dispose();
    rmSync(folder, { recursive: true });
  }
});
