// Adds up the reports in a folder (vitest's JSON, and stages.json in the same shape) and the exit codes given as NAME=CODE:
// ci-summary.mjs FOLDER [NAME=CODE …]. A step that failed without a report of a failed test counts as one. Ends with `N passed, N failed`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [results = '', ...steps] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const name of existsSync(results) ? readdirSync(results).filter((file) => file.endsWith('.json')) : []) {
  const report = JSON.parse(readFileSync(join(results, name), 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
}
const failedSteps = steps.filter((step) => !step.endsWith('=0'));
for (const step of failedSteps) process.stdout.write(`failed: ${step.replace('=', ', exit code ')}\n`);
failed = Math.max(failed, failedSteps.length);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
