import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CandidateTree } from '../../../src/core/delta/tree.js';
import type { Sandbox, Workspace } from '../../../src/core/ports.js';
import { createCheckRunner } from '../../../src/core/process/check-runner.js';
import { runProcess } from '../../../src/core/process/run.js';
import { chooseSandbox } from '../../../src/core/sandbox/choose.js';
import { noSandbox } from '../../../src/core/sandbox/none.js';
import { detectChecks, reportParsers } from '../../../src/core/sensors/index.js';
import type { CheckSpec } from '../../../src/core/verification/check.js';
import { createFolders, describeCheck } from './check-fixture.js';

const folders = createFolders();
const OWN_MODULES = realpathSync(fileURLToPath(new URL('../../../node_modules', import.meta.url)));
let best: Sandbox = noSandbox;
beforeAll(async () => {
  best = await chooseSandbox(runProcess);
});
afterAll(folders.dispose);

const refuse = () => Promise.reject(new Error('a copy needs no more than materialize'));

/** A workspace whose candidate tree is these files; only their bytes are asked for. */
function describeWorkspace(root: string, paths: readonly string[]): { workspace: Workspace; tree: CandidateTree } {
  const entries = paths.map((path) => ({ path, mode: '100644', sha256: '', size: 0 }) as const);
  const materialize = async (_tree: CandidateTree, into: string): Promise<void> => {
    for (const path of paths) {
      mkdirSync(dirname(join(into, path)), { recursive: true });
      cpSync(join(root, path), join(into, path));
    }
  };
  const others = {
    scan: refuse,
    readBase: refuse,
    readBaseOf: refuse,
    readLocalIgnores: refuse,
    read: refuse,
    readAtCommit: refuse,
    stagedStrays: refuse,
    readHeadTree: refuse,
    commitsSince: refuse,
  };
  return { workspace: { root, materialize, ...others }, tree: { digest: 'sha256:0', gitTree: '0', entries } };
}

function createRunner(tempDir: string, sandbox = best) {
  return createCheckRunner({ runProcess, sandbox, parsers: reportParsers, tempDir });
}

/** A project with vitest, whose packages are links into this repository's own. */
function createVitestProject(test: string): { root: string; paths: readonly string[]; check: CheckSpec } {
  const manifest = JSON.stringify({
    type: 'module',
    scripts: { test: 'vitest run' },
    devDependencies: { vitest: '5' },
  });
  const files = {
    'package.json': manifest,
    'sum.ts': 'export const sum = (a: number, b: number): number => a + b;',
    'sum.test.ts': test,
  };
  const root = folders.create(files);
  symlinkSync(OWN_MODULES, join(root, 'node_modules'));
  const [check] = detectChecks({ names: Object.keys(files), texts: new Map([['package.json', manifest]]) });
  if (check === undefined) throw new Error('vitest was not detected');
  return { root, paths: Object.keys(files), check };
}

const VITEST_HEAD = `import { expect, test } from 'vitest'; import { sum } from './sum.js';\n`;

describe('a clean copy', () => {
  test('runs a passing vitest project by what detection says, and is gone afterwards', async () => {
    const temp = folders.create();
    const { root, paths, check } = createVitestProject(
      `${VITEST_HEAD}test('adds', () => expect(sum(1, 2)).toBe(3)); test.skip('later', () => {});`,
    );
    const { workspace, tree } = describeWorkspace(root, paths);
    const runner = createRunner(temp);
    const copy = await runner.prepare(root, tree, workspace);
    const result = await runner.run(check, { dir: copy.dir, root, signal: new AbortController().signal });
    expect(result).toMatchObject({
      status: 'pass',
      reason: null,
      tests: { total: 2, passed: 1, failed: 0, skipped: 1 },
    });
    expect(result.toolVersion).toMatch(/^vitest \d/);
    await copy.dispose();
    expect(readdirSync(temp)).toEqual([]);
  });

  test('runs a failing vitest project and names the line', async () => {
    const { root, paths, check } = createVitestProject(
      `${VITEST_HEAD}test('adds', () => {\n  expect(sum(1, 2)).toBe(4);\n});`,
    );
    const { workspace, tree } = describeWorkspace(root, paths);
    const runner = createRunner(folders.create());
    const copy = await runner.prepare(root, tree, workspace);
    const result = await runner.run(check, { dir: copy.dir, root, signal: new AbortController().signal });
    expect(result).toMatchObject({ status: 'fail', reason: '1 of 1 test failed' });
    expect(result.diagnostics).toMatchObject([{ path: 'sum.test.ts', line: 3 }]);
    await copy.dispose();
  });

  test('links packages one by one, scoped ones a level deeper, and the project’s own to the copy', async () => {
    const root = folders.create({
      'package.json': '{}',
      'packages/a/package.json': '{}',
      'packages/a/index.js': 'module.exports = 1',
      'packages/b/package.json': '{}',
      'node_modules/left/index.js': 'module.exports = "left"',
      'node_modules/@s/right/index.js': '',
      'node_modules/.bin/left': '',
      'node_modules/.vite/cache': '',
      'packages/b/node_modules/inner/index.js': '',
      'docs/node_modules/unrelated/index.js': '',
      '.venv/bin/python': '',
      'vendor/x': '',
    });
    mkdirSync(join(root, 'node_modules/@own'));
    symlinkSync('../../packages/a', join(root, 'node_modules/@own/a'));
    const { workspace, tree } = describeWorkspace(root, [
      'package.json',
      'packages/a/package.json',
      'packages/a/index.js',
      'packages/b/package.json',
    ]);
    const { dir, dispose } = await createRunner(folders.create()).prepare(root, tree, workspace);
    expect(lstatSync(join(dir, 'node_modules')).isDirectory()).toBe(true);
    expect(readdirSync(join(dir, 'node_modules')).sort()).toEqual(['.bin', '@own', '@s', 'left']);
    expect(readlinkSync(join(dir, 'node_modules/left'))).toBe(join(root, 'node_modules/left'));
    expect(readlinkSync(join(dir, 'node_modules/@s/right'))).toBe(join(root, 'node_modules/@s/right'));
    expect(realpathSync(join(dir, 'node_modules/@own/a'))).toBe(join(dir, 'packages/a'));
    expect(readdirSync(join(dir, 'packages/b/node_modules'))).toEqual(['inner']);
    expect(existsSync(join(dir, 'docs'))).toBe(false);
    expect(readlinkSync(join(dir, '.venv'))).toBe(join(root, '.venv'));
    expect(readlinkSync(join(dir, 'vendor'))).toBe(join(root, 'vendor'));
    await dispose();
    expect(existsSync(dir)).toBe(false);
    expect(existsSync(join(root, 'node_modules/left/index.js'))).toBe(true);
  });

  test('shows a check its dependencies and lets it change none of them', async (context) => {
    if (best.containment === 'none') return context.skip('no sandbox on this machine');
    const root = folders.create({ 'package.json': '{}', 'node_modules/left/index.js': 'module.exports = "left"' });
    const { workspace, tree } = describeWorkspace(root, ['package.json']);
    const runner = createRunner(folders.create());
    const { dir, dispose } = await runner.prepare(root, tree, workspace);
    const source = `const fs = require('fs'); console.log(require('left')); fs.mkdirSync('node_modules/.vite');
      try { fs.writeFileSync('node_modules/left/index.js', 'evil'); } catch (error) { console.log(error.code); }`;
    const check = describeCheck({ parser: 'exit-code', argv: ['node', '-e', source] });
    const result = await runner.run(check, { dir, root, signal: new AbortController().signal });
    expect(result).toMatchObject({ status: 'pass', outputTail: 'left\nEROFS' });
    expect(readFileSync(join(root, 'node_modules/left/index.js'), 'utf8')).toBe('module.exports = "left"');
    await dispose();
  });

  test('leaves nothing behind where the tree can’t be written', async () => {
    const temp = folders.create();
    const { workspace, tree } = describeWorkspace(folders.create(), ['not-there']);
    await expect(createRunner(temp).prepare(workspace.root, tree, workspace)).rejects.toThrow();
    expect(readdirSync(temp)).toEqual([]);
  });

  test('is removed although a check took its permissions away', async () => {
    const temp = folders.create();
    const root = folders.create({ 'a.txt': '' });
    const { workspace, tree } = describeWorkspace(root, ['a.txt']);
    const runner = createRunner(temp, noSandbox);
    const { dir, dispose } = await runner.prepare(root, tree, workspace);
    const source = `const fs = require('fs'); fs.mkdirSync('x/y', { recursive: true }); fs.writeFileSync('x/y/z', ''); fs.chmodSync('x/y', 0); fs.chmodSync('x', 0o500)`;
    const check = describeCheck({ parser: 'exit-code', argv: ['node', '-e', source] });
    expect(await runner.run(check, { dir, root, signal: new AbortController().signal })).toMatchObject({
      status: 'pass',
      containment: 'none',
    });
    await dispose();
    expect(readdirSync(temp)).toEqual([]);
  });
});
