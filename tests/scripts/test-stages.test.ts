import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findNodeWarnings, runStage } from '../../scripts/test-stages.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ces-stages-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const WARN = "process.emitWarning('old', 'DeprecationWarning', 'DEP0001')";
const stage = (code: string, env: NodeJS.ProcessEnv = { PATH: process.env.PATH }) =>
  runStage({ name: 'a stage', argv: ['-e', code], cwd: folder, env, live: false, print: () => undefined });

test('a stage passes with exit code 0 alone', async () => {
  expect((await stage('process.exit(0)')).passed).toBe(true);
  expect((await stage('process.exit(3)')).passed).toBe(false);
  expect((await stage("process.kill(process.pid, 'SIGKILL')")).passed).toBe(false);
});

test('a warning by Node in the output is found', async () => {
  const { output } = await stage(WARN);
  expect(findNodeWarnings([output], join(folder, 'none'))).toEqual([
    expect.stringContaining('DeprecationWarning: old'),
  ]);
});

test('a warning by a child whose stderr nobody reads is found in the file', async () => {
  const file = join(folder, 'warnings.txt');
  const code = `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(WARN)}], { stdio: 'ignore' })`;
  const { output } = await stage(code, { PATH: process.env.PATH, NODE_REDIRECT_WARNINGS: file });
  expect(findNodeWarnings([output], file)).toEqual([expect.stringContaining('DeprecationWarning: old')]);
});

test('words about a warning are not a warning by Node', () => {
  expect(findNodeWarnings(['Warning: (node is fine)', 'a DeprecationWarning in prose'], join(folder, 'none'))).toEqual(
    [],
  );
});
