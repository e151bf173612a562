import type { z } from 'zod';
import type { ParsedReport } from '../verification/belief.js';

/** How many diagnostics a result carries; the counts are always complete. */
export const MAX_DIAGNOSTICS = 50;

const MAX_MESSAGE = 500;

/** A report that can't be used, and why. */
export function unusable(problem: string): ParsedReport {
  return { tests: null, saysPassed: null, failedFiles: 0, diagnostics: [], problems: [problem] };
}

/** Parses a JSON report; the second value says why there is none. */
export function readJsonReport<T>(report: string | null, schema: z.ZodType<T>): { data: T } | { problem: string } {
  if (report === null) return { problem: 'the report is missing' };
  try {
    const parsed = schema.safeParse(JSON.parse(report));
    if (parsed.success) return { data: parsed.data };
    return { problem: `the report has an unknown form at ${parsed.error.issues[0]?.path.join('.') || 'its top'}` };
  } catch {
    return { problem: 'the report is not JSON' };
  }
}

/** A reported absolute path relative to the copy; others as they are. */
export function relativePath(path: string, dir: string): string {
  return path.startsWith(`${dir}/`) ? path.slice(dir.length + 1) : path;
}

/** The first line that names an error, else the first that says something, cut to a readable length. */
export function firstLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal
  const lines = text.replace(/\u001b\[[0-9;]*m/g, '').split('\n');
  const line = lines.find((one) => /^\s*\w*Error\b.*: /.test(one)) ?? lines.find((one) => one.trim() !== '') ?? '';
  return line.trim().slice(0, MAX_MESSAGE);
}

/** Line number of the first stack frame in the file, relative or absolute; 0 where there is none. */
export function lineInStack(stack: string, path: string): number {
  const at = path === '' ? -1 : stack.indexOf(`${path}:`);
  return at < 0 ? 0 : Number.parseInt(stack.slice(at + path.length + 1), 10) || 0;
}

/** A message of several lines as one: an assertion says what it got and what it wanted below its first line. */
export function oneLine(message: string): string {
  return message.replace(/\s+/g, ' ').trim().slice(0, MAX_MESSAGE);
}
