import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { cesProgram, createHome, nodeProgram } from '../support/built.js';

function runAsNode(version: string) {
  const home = createHome();
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`;
  const argv = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, cesProgram(), '--version'];
  const options = { cwd: tmpdir(), env: { ...home.env }, encoding: 'utf8' as const, timeout: 30_000 };
  const result = spawnSync(nodeProgram, argv, options);
  home.dispose();
  return result;
}

test.each(['18.20.8', '20.20.2', '22.21.9'])('Node %s is refused with one message and exit code 2', (version) => {
  const { status, stdout, stderr } = runAsNode(version);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(`this is Node ${version}`);
  expect(stderr).not.toContain('    at ');
});

test.each(['22.22.0', '24.21.0', '26.0.0'])('Node %s is accepted', (version) => {
  expect(runAsNode(version)).toMatchObject({ status: 0, stderr: '' });
});
