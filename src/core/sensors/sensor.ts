import type { ParseReport } from '../verification/belief.js';
import type { CheckSpec, CheckStatus, ReportParser } from '../verification/check.js';
import type { Project } from './project.js';

/** One tool: how a project shows that it uses it, how it is called, and how its report reads. */
export interface Sensor {
  readonly id: string;
  /** null where the project's files are no evidence of the tool. */
  detect(project: Project): CheckSpec | null;
  /** null for tools whose exit code is all they say. */
  readonly parse: ParseReport | null;
}

const TIMEOUT_MS = 600_000;

/** A detected check in the root with the usual time limit. */
export function describeCheck(check: {
  id: string;
  argv: readonly string[];
  parser: ReportParser;
  status: CheckStatus;
  reason: string;
  byProducts?: readonly string[];
}): CheckSpec {
  return { cwd: '.', timeoutMs: TIMEOUT_MS, env: [], byProducts: [], ...check };
}
