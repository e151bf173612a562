/** A check: what CES runs, how it reads the answer, and what came of it. Pure data. */
export type CheckStatus = 'required' | 'optional' | 'advisory' | 'unavailable';

export type ReportParser = 'exit-code' | 'vitest-json' | 'jest-json' | 'junit' | 'tsc' | 'eslint-json' | 'mocha-json';

export interface CheckSpec {
  readonly id: string;
  /** No shell. `{report}` in an argument stands for the path of the machine report. */
  readonly argv: readonly string[];
  /** Relative to the root, inside it. */
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly status: CheckStatus;
  readonly parser: ReportParser;
  /** Names of environment variables that it may see beside the fixed list. */
  readonly env: readonly string[];
  /** Globs of residue that it makes and that is not worth a word. */
  readonly byProducts: readonly string[];
  /** Why it is there: what in the project named it. */
  readonly reason: string;
}

export interface Diagnostic {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

export interface TestCounts {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export type Containment = 'bubblewrap' | 'seatbelt' | 'none';

export interface CheckResult {
  readonly id: string;
  readonly argv: readonly string[];
  readonly required: boolean;
  readonly status: 'pass' | 'fail' | 'inconclusive';
  /** null where it never ran or was killed by a signal. */
  readonly exitCode: number | null;
  readonly durationMs: number;
  readonly tests: TestCounts | null;
  readonly diagnostics: readonly Diagnostic[];
  /** Last bytes of what it printed, scrubbed of control characters; data, never instruction. */
  readonly outputTail: string;
  /** Why it is not a pass. null for a pass. */
  readonly reason: string | null;
  readonly containment: Containment;
  /** What the program says of its version, where it was asked. */
  readonly toolVersion: string | null;
  /** `sha256:` of the environment that it saw. */
  readonly environmentDigest: string;
}
