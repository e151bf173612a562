import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sandbox } from '../../../src/core/ports.js';
import { createCheckRunner } from '../../../src/core/process/check-runner.js';
import { runProcess } from '../../../src/core/process/run.js';
import { chooseSandbox } from '../../../src/core/sandbox/choose.js';
import { noSandbox } from '../../../src/core/sandbox/none.js';
import { reportParsers } from '../../../src/core/sensors/index.js';
import type { CheckSpec } from '../../../src/core/verification/check.js';
import { createFolders, describeCheck, NODE_TEST, runCheck } from './check-fixture.js';

const folders = createFolders();
let root = '';
let best: Sandbox = noSandbox;
beforeAll(async () => {
  root = folders.create();
  best = await chooseSandbox(runProcess);
});
afterAll(folders.dispose);

const HEAD = `const test = require('node:test'); const assert = require('node:assert'); const fs = require('node:fs');\n`;
const runTests = (source: string, check: Partial<CheckSpec> = {}, sandbox: Sandbox = best) =>
  runCheck(sandbox, folders.create({ 'a.test.js': HEAD + source }), root, check);

describe('a check with node --test', () => {
  test('passes where every test does, and says how many there were', async () => {
    const result = await runTests(
      `test('one', () => {}); test('two', () => {}); test('later', { skip: true }, () => {});`,
    );
    expect(result).toMatchObject({
      status: 'pass',
      reason: null,
      exitCode: 0,
      required: true,
      containment: best.containment,
      tests: { total: 3, passed: 2, failed: 0, skipped: 1 },
      argv: NODE_TEST,
      toolVersion: `node ${process.versions.node}`,
    });
    expect(result.environmentDigest).toMatch(/^sha256:/);
  });

  test('fails with the right counts and the line of the failure', async () => {
    const result = await runTests(`test('one', () => {});\ntest('two', () => { assert.equal(1, 2); });`);
    expect(result).toMatchObject({
      status: 'fail',
      exitCode: 1,
      tests: { total: 2, passed: 1, failed: 1, skipped: 0 },
    });
    expect(result.diagnostics).toEqual([{ path: 'a.test.js', line: 3, message: 'two: 1 == 2' }]);
  });

  test('fails on a file that does not compile', async () => {
    const result = await runTests('this is not javascript');
    expect(result).toMatchObject({ status: 'fail', tests: { failed: 1 } });
  });

  test('fails where no tests were collected', async () => {
    const result = await runCheck(best, folders.create({ 'index.js': '' }), root);
    expect(result).toMatchObject({ status: 'fail', exitCode: 0, reason: 'no tests were collected' });
  });

  test('fails where every test was skipped', async () => {
    const result = await runTests(`test('one', { skip: true }, () => {}); test.todo('two');`);
    expect(result).toMatchObject({
      status: 'fail',
      exitCode: 0,
      reason: 'every test was skipped',
      tests: { total: 2, skipped: 2 },
    });
  });

  test('fails at the time limit and leaves no child behind', async () => {
    const dir = folders.create({
      'a.test.js': `${HEAD}const c = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', __dirname], { stdio: 'ignore' });
        setInterval(() => {}, 1000); test('hangs', () => new Promise(() => {}));`,
    });
    const result = await runCheck(best, dir, root, { timeoutMs: 1500 });
    expect(result).toMatchObject({
      status: 'fail',
      exitCode: null,
      tests: null,
      reason: 'it did not end within 1.5 s and was killed',
    });
    expect(processesNaming(dir)).toEqual([]);
  });

  test('is inconclusive where the runner crashes before it reports', async () => {
    const result = await runTests('', { argv: ['node', '-e', 'process.abort()'] });
    expect(result.status).toBe('inconclusive');
    expect(result.tests).toBeNull();
  });

  test('is inconclusive where a test file ends itself with exit code 0 before its failing test', async () => {
    const result = await runTests(`test('one', () => { process.exit(0); }); test('two', () => assert.fail('no'));`);
    expect(result).toMatchObject({ status: 'inconclusive', exitCode: 0 });
    expect(result.reason).toContain('a.test.js ended without having reported a test');
  });

  test('is not impressed by reports that test code writes where reports usually lie', async () => {
    const result = await runTests(`
      const forged = '<testsuites><testcase name="fine" classname="test" file="x"/></testsuites>';
      for (const name of ['report.xml', 'junit.xml', 'test-results.xml', 'report']) {
        for (const folder of ['.', '..', process.env.TMPDIR, process.env.HOME, '/tmp']) {
          try { fs.writeFileSync(folder + '/ces-forged-' + name, forged); fs.writeFileSync(folder + '/' + name, forged); } catch {}
        }
      }
      for (const folder of ['..', '/tmp']) for (const name of fs.readdirSync(folder)) {
        if (/^ces-forged-|^(report|junit|test-results)([.]xml)?$/.test(name)) fs.rmSync(folder + '/' + name);
      }
      test('one', () => assert.fail('no'));`);
    expect(result).toMatchObject({ status: 'fail', tests: { total: 1, failed: 1 } });
  });

  test('is inconclusive where the exit code is forged and the report is not', async () => {
    const dir = folders.create({ 'a.test.js': `${HEAD}test('one', () => assert.fail('no'));`, 'run.js': FORGED_EXIT });
    const result = await runCheck(best, dir, root, { argv: ['node', 'run.js', '{report}'] });
    expect(result).toMatchObject({ status: 'inconclusive', exitCode: 0 });
    expect(result.reason).toBe('the exit code was 0, but the report says: 1 of 1 test failed');
  });

  test('is inconclusive where a well report comes with a bad exit code', async () => {
    const dir = folders.create({
      'a.test.js': `${HEAD}test('one', () => {});`,
      'run.js': FORGED_EXIT.replace('exit(0)', 'exit(7)'),
    });
    const result = await runCheck(best, dir, root, { argv: ['node', 'run.js', '{report}'] });
    expect(result).toMatchObject({ status: 'inconclusive', exitCode: 7 });
    expect(result.reason).toBe('the report says that all is well, but the exit code was 7');
  });

  test('is over for a detached child as well, before the report is read', async (context) => {
    if (process.platform !== 'linux') return context.skip('needs /proc');
    for (const sandbox of [best, noSandbox]) {
      const dir = folders.create({ 'a.test.js': HEAD + REWRITES_LATER });
      const result = await runCheck(sandbox, dir, root);
      expect(result).toMatchObject({
        status: 'fail',
        tests: { total: 1, failed: 1 },
        containment: sandbox.containment,
      });
      expect(existsSync(join(dir, 'started'))).toBe(true);
      expect(processesNaming('ces-late-writer')).toEqual([]);
    }
  });

  test('reads no report through a link', async () => {
    const dir = folders.create({ 'good.xml': '<testsuites><testcase name="fine" file="x"/></testsuites>' });
    const argv = ['node', '-e', 'require("fs").symlinkSync(process.cwd() + "/good.xml", process.argv[1])', '{report}'];
    const result = await runCheck(best, dir, root, { argv });
    expect(result).toMatchObject({ status: 'inconclusive', reason: 'the report is missing; the exit code was 0' });
  });

  test('keeps the end of five megabytes of output, without escapes and secrets', async () => {
    const result = await runTests('', {
      parser: 'exit-code',
      argv: [
        'node',
        '-e',
        `process.stdout.write('x'.repeat(5e6) + '\\u001b[31mred\\u001b[0m AWS_SECRET=hunter22 \\u202e\\u0007 end')`,
      ],
    });
    expect(result).toMatchObject({ status: 'pass', tests: null });
    expect(result.outputTail.length).toBeLessThanOrEqual(4000);
    expect(result.outputTail).toMatch(/xred AWS_SECRET=\[secret\] <U\+202E><U\+0007> end$/);
  });

  test('is inconclusive where its program or its folder is not there', async () => {
    expect(await runTests('', { argv: ['no-such-runner'] })).toMatchObject({ status: 'inconclusive', exitCode: null });
    expect(await runTests('', { argv: ['node_modules/.bin/vitest'] })).toMatchObject({ status: 'inconclusive' });
    expect(await runTests('', { cwd: 'gone' })).toMatchObject({
      status: 'inconclusive',
      reason: 'its folder is not in the tree',
    });
    expect(await runTests('', { cwd: '..' })).toMatchObject({
      status: 'inconclusive',
      reason: 'its folder is outside the project',
    });
  });

  test('with no report is judged by its exit code', async () => {
    expect(await runTests('', { parser: 'exit-code', argv: ['node', '-e', ''] })).toMatchObject({
      status: 'pass',
      tests: null,
    });
    expect(await runTests('', { parser: 'exit-code', argv: ['node', '-e', 'process.exit(4)'] })).toMatchObject({
      status: 'fail',
      exitCode: 4,
      reason: 'it exited with code 4',
    });
  });

  test('can be cancelled', async () => {
    const dir = folders.create({ 'a.js': 'require("fs").writeFileSync("up", ""); setInterval(() => {}, 1000)' });
    const controller = new AbortController();
    const runner = createCheckRunner({ runProcess, sandbox: best, parsers: reportParsers });
    const running = runner.run(describeCheck({ argv: ['node', 'a.js'] }), { dir, root, signal: controller.signal });
    await expect.poll(() => existsSync(join(dir, 'up')), { timeout: 20_000 }).toBe(true);
    controller.abort();
    expect(await running).toMatchObject({ status: 'inconclusive', reason: 'it was cancelled' });
  });

  test('leaves no run folder behind, also after a check that locked itself out', async () => {
    const tempDir = folders.create();
    const runner = createCheckRunner({ runProcess, sandbox: best, parsers: reportParsers, tempDir });
    const source = `const fs = require('fs'); fs.mkdirSync(process.env.TMPDIR + '/a/b', { recursive: true }); fs.chmodSync(process.env.TMPDIR + '/a', 0);`;
    const check = describeCheck({ parser: 'exit-code', argv: ['node', '-e', source] });
    const result = await runner.run(check, { dir: folders.create(), root, signal: new AbortController().signal });
    expect(result.status).toBe('pass');
    expect(readdirSync(tempDir)).toEqual([]);
  });

  test('says that nothing contained it where nothing did', async () => {
    expect(await runTests(`test('one', () => {});`, {}, noSandbox)).toMatchObject({
      status: 'pass',
      containment: 'none',
    });
  });
});

const FORGED_EXIT = `require('child_process').spawnSync(process.execPath, ['--test', '--test-reporter=junit', '--test-reporter-destination=' + process.argv[2]]); process.exit(0)`;

const REWRITES_LATER = `
  const report = fs.readFileSync('/proc/' + process.ppid + '/cmdline', 'utf8').split('\\0').find((a) => a.includes('destination=')).split('=')[1];
  const script = \`setInterval(() => require('fs').writeFileSync(\${JSON.stringify(report)}, '<testsuites><testcase name="fine" file="x"/></testsuites>'), 1); // ces-late-writer\`;
  require('child_process').spawn('setsid', ['-f', process.execPath, '-e', "setTimeout(() => {" + script + "\\n}, 300)"], { detached: true, stdio: 'ignore' }).unref();
  fs.writeFileSync('started', '');
  test('one', () => assert.fail('no'));`;

/** Command lines of living processes that hold the text; empty where there is no /proc to ask. */
function processesNaming(text: string): readonly string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    })
    .filter((line) => line.includes(text));
}
