import type { CheckResult, Diagnostic, TestCounts } from './check.js';

/** What a tool's machine report says, before it is compared with the exit code. */
export interface ParsedReport {
  /** null for tools that run no tests. */
  readonly tests: TestCounts | null;
  /** The report's own answer; null where it gives none. */
  readonly saysPassed: boolean | null;
  /** Test files that could not even be loaded. */
  readonly failedFiles: number;
  readonly diagnostics: readonly Diagnostic[];
  /** Why the report can't be used: missing, unparsable, or contradicting itself. */
  readonly problems: readonly string[];
}

/** What a parser is given: report and output as text, and the folder that reported paths are made relative to. */
export interface ParseInput {
  /** null where the tool wrote none. */
  readonly report: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly dir: string;
}

export type ParseReport = (input: ParseInput) => ParsedReport;

export type Belief = Pick<CheckResult, 'status' | 'reason'>;

/** How the process ended. */
export interface Ending {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly aborted: boolean;
  readonly timeoutMs: number;
}

/** Without a look at the report: what the ending alone decides, or null where report and exit code decide. */
export function judgeEnding(ending: Ending): Belief | null {
  if (ending.aborted) return inconclusive('it was cancelled');
  if (ending.timedOut) return fail(`it did not end within ${ending.timeoutMs / 1000} s and was killed`);
  if (ending.exitCode === null) return inconclusive(`it was killed by ${ending.signal ?? 'a signal'}`);
  return null;
}

/** Pass only where the report and the exit code both say so and at least one test ran. `parsed` is null for checks without a report. */
export function judgeReport(parsed: ParsedReport | null, exitCode: number): Belief {
  if (parsed === null) return exitCode === 0 ? pass : fail(`it exited with code ${exitCode}`);
  const [problem] = parsed.problems;
  if (problem !== undefined) return inconclusive(`${problem}; the exit code was ${exitCode}`);
  if (parsed.saysPassed === null) return inconclusive(`the report gives no verdict; the exit code was ${exitCode}`);
  const { tests } = parsed;
  if (tests !== null && tests.total === 0) return fail(describeEmpty(parsed.failedFiles));
  if (parsed.saysPassed && exitCode !== 0) {
    return inconclusive(`the report says that all is well, but the exit code was ${exitCode}`);
  }
  if (!parsed.saysPassed && exitCode === 0)
    return inconclusive(`the exit code was 0, but the report says: ${describeFailure(parsed)}`);
  if (!parsed.saysPassed) return fail(describeFailure(parsed));
  if (tests !== null && tests.passed === 0) return fail('every test was skipped');
  return pass;
}

const pass: Belief = { status: 'pass', reason: null };

function fail(reason: string): Belief {
  return { status: 'fail', reason };
}

function inconclusive(reason: string): Belief {
  return { status: 'inconclusive', reason };
}

function describeEmpty(failedFiles: number): string {
  return failedFiles === 0
    ? 'no tests were collected'
    : `no tests were collected: ${count(failedFiles, 'test file')} could not be loaded`;
}

function describeFailure({ tests, failedFiles, diagnostics }: ParsedReport): string {
  if (tests === null) return diagnostics.length === 0 ? 'it failed' : count(diagnostics.length, 'problem');
  const files = failedFiles === 0 ? '' : `, and ${count(failedFiles, 'test file')} could not be loaded`;
  return `${tests.failed} of ${count(tests.total, 'test')} failed${files}`;
}

function count(many: number, noun: string): string {
  return `${many} ${noun}${many === 1 ? '' : 's'}`;
}
