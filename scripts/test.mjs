// `npm test`: types, lint, dead code, then the tests, architecture included. `--static` stops before the tests;
// anything else on the command line goes to vitest, alone: `npm test -- tests/core/ledger`.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNodeWarnings, runStage } from './test-stages.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// .ci/long runs tests beside those of `npm test`, and keeps both reports.
const results = join(root, '.cache', process.env.CES_TEST_RESULTS ?? 'test-results');
const report = join(results, 'vitest.json');
const warnings = join(results, 'node-warnings.txt');
const bin = (path) => join(root, 'node_modules', path);

const STATIC = [
  { name: 'types', argv: [bin('typescript/bin/tsc'), '-p', '.'] },
  { name: 'lint', argv: [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.'] },
  { name: 'dead code', argv: [bin('knip/bin/knip.js'), '--no-progress'] },
];

const print = (text) => process.stdout.write(text);
const startedAt = Date.now();
const args = process.argv.slice(2);
const only = args.filter((arg) => arg !== '--static');
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

// Node writes the warnings of every process that inherits this into the file, also of those whose stderr nobody reads.
const env = { ...process.env, NODE_REDIRECT_WARNINGS: warnings, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}) };
const stages = [];
if (only.length === 0) {
  stages.push(
    ...(await Promise.all(STATIC.map((stage) => runStage({ ...stage, cwd: root, env, print, live: false })))),
  );
}
let tests = null;
if (!args.includes('--static')) {
  const vitest = [
    bin('vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  stages.push(await runStage({ name: 'tests', argv: [...vitest, ...only], cwd: root, env, print, live: true }));
  tests = readCounts();
}
stages.push(checkWarnings());
summarize();

function readCounts() {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests };
  } catch {
    return null;
  }
}

function checkWarnings() {
  const found = findNodeWarnings(
    stages.map((stage) => stage.output),
    warnings,
  );
  if (found.length > 0) print(`Node warned:\n${found.join('\n')}\n`);
  return { name: 'no Node warnings', passed: found.length === 0, output: '' };
}

function summarize() {
  const failed = stages.filter((stage) => !stage.passed).map((stage) => stage.name);
  if (!args.includes('--static') && (tests === null || tests.passed + tests.failed === 0)) failed.push('no test ran');
  // Read by .ci/run, in the shape of vitest's own report. The tests' failures are counted there.
  const others = stages.filter((stage) => stage.name !== 'tests');
  const numFailedTests = failed.filter((name) => name !== 'tests' || (tests?.failed ?? 0) === 0).length;
  const numPassedTests = others.filter((stage) => stage.passed).length;
  writeFileSync(join(results, 'stages.json'), JSON.stringify({ numPassedTests, numFailedTests }));

  const seconds = Math.round((Date.now() - startedAt) / 1000);
  const counts = tests ? `, ${tests.passed} tests passed, ${tests.failed} failed` : '';
  const names = stages.map((stage) => `${stage.name} ${stage.passed ? 'ok' : 'FAILED'}`).join(', ');
  const verdict = failed.length === 0 ? 'passed' : `FAILED (${failed.join(', ')})`;
  print(`\n${verdict}: ${names}${counts} (${seconds} s)\n`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}
