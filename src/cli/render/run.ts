import { showLine, showText } from '../../core/approval/display.js';
import type { CheckResult } from '../../core/verification/check.js';
import type { VerificationRun } from '../../core/verification/run.js';
import type { Colors } from '../output.js';

const TAIL_LINES = 20;

/** A run and its checks: status, counts, containment; for what did not pass, the reason, where, and the end of what it said. */
export function renderRun(colors: Colors, run: VerificationRun): string[] {
  const containment = run.containment === 'none' ? colors.yellow('uncontained') : `contained by ${run.containment}`;
  return [
    `${run.id}: ${paintVerdict(colors, run.verdict)}, ${run.where} copy, ${containment}, level ${run.level}`,
    ...run.checks.flatMap((check) => renderCheck(colors, check)),
    ...(run.checks.length === 0 ? ['  no check was run'] : []),
  ];
}

function renderCheck(colors: Colors, check: CheckResult): string[] {
  const { tests } = check;
  const counts =
    tests === null
      ? ''
      : `, ${tests.total} tests: ${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`;
  const optional = check.required ? '' : ' (not required)';
  const head = `  ${paintVerdict(colors, check.status)} ${showLine(check.id)}${optional}: ${showLine(check.argv.join(' '), 200)}, exit ${check.exitCode ?? 'none'}${counts}`;
  if (check.status === 'pass') return [head];
  const tail = check.outputTail.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  return [
    head,
    `    ${showLine(check.reason ?? 'no reason was given')}`,
    ...check.diagnostics
      .slice(0, 10)
      .map(({ path, line, message }) => `    ${showLine(path)}:${line}: ${showLine(message, 200)}`),
    ...(tail === ''
      ? []
      : showText(tail, 200)
          .text.split('\n')
          .map((line) => `    ${colors.dim(`| ${line}`)}`)),
  ];
}

export function paintVerdict(colors: Colors, verdict: string): string {
  if (verdict === 'pass' || verdict === 'approved' || verdict === 'proven') return colors.green(verdict);
  return verdict === 'inconclusive' || verdict === 'stale' ? colors.yellow(verdict) : colors.red(verdict);
}
