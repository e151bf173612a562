import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isBlocking } from '../../../src/core/claim/finding.js';
import { judgeScan } from './judge-scan.js';
import { createFolder, fillRepository, git, lookAgain, put, start } from './repository-fixture.js';

const biome = fileURLToPath(new URL('../../../node_modules/@biomejs/biome/bin/biome', import.meta.url));

let folder = createFolder();
let other = createFolder();
beforeEach(() => {
  folder = createFolder();
  other = createFolder();
  process.env.HOME = other.path;
  process.env.XDG_CONFIG_HOME = join(other.path, '.config');
});
afterEach(() => {
  folder.remove();
  other.remove();
});

const npm = hasNpm() ? '' : ' (skipped: there is no npm)';
test.skipIf(npm !== '')(`npm ci raises no finding above low, and a first install none that blocks${npm}`, async () => {
  put(other.path, 'dep/package.json', JSON.stringify({ name: 'dep', version: '1.0.0', bin: 'cli.js' }));
  put(other.path, 'dep/cli.js', '#!/usr/bin/env node\n');
  put(folder.path, 'package.json', JSON.stringify({ dependencies: { dep: 'file:packages/dep-1.0.0.tgz' } }));
  put(folder.path, 'packages/.keep', '');
  runNpm(folder.path, 'pack', '--silent', '--pack-destination', 'packages', join(other.path, 'dep'));
  fillRepository(folder.path);
  rmSync(join(folder.path, 'node_modules'), { recursive: true });
  runNpm(folder.path, 'install', '--silent');
  git(folder.path, 'add', '-A');
  git(folder.path, 'commit', '-qm', 'lockfile');
  const seen = await measure(() => runNpm(folder.path, 'ci', '--silent'));
  expect(seen.residue.filter((row) => !row.includes('node_modules/.package-lock.json'))).toEqual([]);

  rmSync(join(folder.path, 'node_modules'), { recursive: true });
  const before = await start(folder.path);
  runNpm(folder.path, 'ci', '--silent');
  const first = await lookAgain(before, 'full');
  expect(first.seen.residue).toEqual(expect.arrayContaining(['dependency node_modules/.bin/dep']));
  expect(judgeScan(before, first.now).filter(isBlocking)).toEqual([]);
});

test('a formatter run raises no finding above low', async () => {
  fillRepository(folder.path);
  put(folder.path, 'src/ugly.js', 'const  a=1 ;export{a}\n');
  git(folder.path, 'add', '-A');
  git(folder.path, 'commit', '-qm', 'ugly');
  const seen = await measure(() => {
    execFileSync(process.execPath, [biome, 'format', '--write', 'src'], { cwd: folder.path, stdio: 'ignore' });
  });
  expect(seen.candidate).toContain('modified src/ugly.js');
});

test('git pull raises no finding above low for what lies in the scope; what lies outside is told, since the base is another', async () => {
  fillRepository(other.path);
  git(folder.path, 'clone', '-q', other.path, '.');
  put(other.path, 'src/a.ts', 'export const a = 10;\n');
  git(other.path, 'commit', '-qam', 'upstream');
  const seen = await measure(() => git(folder.path, 'pull', '-q'));
  expect(seen.candidate).toEqual(['modified src/a.ts']);
  expect(seen.residue).toEqual(expect.arrayContaining(['git .git/FETCH_HEAD', 'git .git/refs/remotes/origin/main']));

  const before = await start(folder.path);
  put(other.path, 'docs.txt', 'upstream\n');
  git(other.path, 'commit', '-qam', 'more');
  git(folder.path, 'pull', '-q');
  const { now } = await lookAgain(before, 'full');
  expect(judgeScan(before, now, ['docs.txt'])).toMatchObject([{ kind: 'scope_violation', path: 'docs.txt' }]);
  const again = await start(folder.path);
  expect(judgeScan(again, again.scan)).toEqual([]);
});

test('a build raises no finding above low', async () => {
  fillRepository(folder.path);
  put(folder.path, 'package.json', JSON.stringify({ name: 'project', type: 'module' }));
  git(folder.path, 'add', '-A');
  git(folder.path, 'commit', '-qm', 'package');
  const seen = await measure(async () => {
    for (const [format, type] of [['esm', 'module'] as const, ['cjs', 'commonjs'] as const]) {
      const outdir = join(folder.path, 'dist', format);
      await build({ entryPoints: [join(folder.path, 'src/a.ts')], outdir, format, sourcemap: true });
      put(folder.path, `dist/${format}/package.json`, JSON.stringify({ type }));
    }
  });
  expect(seen.residue).toEqual(expect.arrayContaining(['other dist/cjs/a.js', 'other dist/esm/package.json']));
});

test('a test run that writes its coverage raises no finding above low', async () => {
  fillRepository(folder.path);
  appendFileSync(join(folder.path, '.gitignore'), 'coverage/\n');
  put(folder.path, 'test/a.test.mjs', "import test from 'node:test';\ntest('a', () => {});\n");
  git(folder.path, 'add', '-A');
  git(folder.path, 'commit', '-qm', 'test');
  const seen = await measure(() => {
    put(folder.path, 'coverage/.gitkeep', '');
    const reporter = ['--test-reporter=lcov', '--test-reporter-destination=coverage/lcov.info'];
    const env = { PATH: process.env.PATH, NODE_V8_COVERAGE: join(folder.path, 'coverage/tmp') };
    execFileSync(process.execPath, ['--test', '--experimental-test-coverage', ...reporter, 'test/a.test.mjs'], {
      ...{ cwd: folder.path, env, stdio: 'ignore' },
    });
  });
  expect(seen.candidate).toEqual([]);
  expect(seen.residue).toContain('other coverage/lcov.info');
});

/** What shows after the work. A claim that names it must raise nothing above low. */
async function measure(work: () => unknown) {
  const before = await start(folder.path);
  await work();
  const { now, seen } = await lookAgain(before, 'full');
  const named = seen.candidate.map((row) => row.slice(row.indexOf(' ') + 1));
  expect(judgeScan(before, now, named).filter((finding) => finding.severity !== 'low')).toEqual([]);
  return seen;
}

function hasNpm(): boolean {
  return spawnSync('npm', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** npm without a network and apart from the user's settings. */
function runNpm(cwd: string, ...args: string[]): void {
  const env = {
    ...{
      PATH: process.env.PATH,
      HOME: other.path,
      npm_config_cache: join(other.path, 'npm'),
      npm_config_offline: 'true',
    },
    ...{ npm_config_audit: 'false', npm_config_fund: 'false', npm_config_update_notifier: 'false' },
  };
  execFileSync('npm', args, { cwd, env, stdio: 'ignore', timeout: 60_000 });
}
