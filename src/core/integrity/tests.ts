import type { ChangedText, IntegrityFinding, IntegrityRule } from './rules.js';

const TEST_FILE =
  /(?:^|\/)(?:__tests__|tests?|spec|e2e)\/.*\.[cm]?[jt]sx?$|[._-](?:test|spec|tests)\.[cm]?[jt]sx?$|(?:^|\/)test_[^/]*\.py$|_test\.(?:py|go)$/;

const SKIPS =
  /\b(?:it|test|describe|suite|context)\s*\.\s*(?:skip|skipIf|runIf|fails|fixme)\b|\bx(?:it|test|describe)\s*\(|\bskip\s*:\s*(?!false)|\bt\.skip\s*\(/g;
const ONLYS = /\b(?:it|test|describe|suite|context)\s*\.\s*only\b|\bf(?:it|describe)\s*\(|\bonly\s*:\s*true/g;
const TODOS = /\b(?:it|test)\s*\.\s*todo\b|\btodo\s*:\s*(?!false)/g;
const ASSERTIONS = /\b(?:expect(?:TypeOf)?|assert(?:\s*\.\s*\w+)*)\s*(?:\.\s*\w+\s*)?\(|\.should\b/g;
const TESTS = /\b(?:it|test)\s*(?:\.\s*(?:each|concurrent|for)\b[^(]*)?\(/g;

/** Whether the path is where JavaScript, TypeScript, Python or Go projects keep tests. */
export function isTestPath(path: string): boolean {
  return TEST_FILE.test(path);
}

/** High: a test file that is gone and that no new file has the text of. */
export const findDeletedTests: IntegrityRule = (changes) => {
  // Moved is only what a runner still finds where it is now.
  const created = changes
    .filter((change) => change.before === null && isTestPath(change.path))
    .map((change) => change.after);
  return changes
    .filter((change) => isTestPath(change.path) && change.before !== null && change.after === null)
    .filter((change) => !created.includes(change.before))
    .map(({ path }) => ({
      path,
      severity: 'high',
      message: `The test file ${path} was deleted.`,
      fix: 'Restore it, or have the operator waive this with a reason.',
    }));
};

/** Tests that say less than before: switched off, narrowed, left to do, or with fewer assertions. */
export const findWeakenedTests: IntegrityRule = (changes) =>
  changes.filter((change) => isTestPath(change.path)).flatMap(describeWeakening);

function describeWeakening({ path, before, after }: ChangedText): readonly IntegrityFinding[] {
  if (after === null) return [];
  const was = withoutComments(before ?? '');
  const is = withoutComments(after);
  const rise = (pattern: RegExp): number => count(is, pattern) - count(was, pattern);
  const finding = (severity: 'high' | 'medium', message: string, fix: string): IntegrityFinding => ({
    path,
    severity,
    message,
    fix,
  });
  const found: IntegrityFinding[] = [];
  if (rise(ONLYS) > 0) found.push(finding('high', `${path} runs only some of its tests (.only).`, 'Remove .only.'));
  if (rise(SKIPS) > 0)
    found.push(
      finding(
        'medium',
        `${path} skips ${rise(SKIPS)} more than before.`,
        'Let the tests run again, and mend the code.',
      ),
    );
  if (rise(TODOS) > 0)
    found.push(
      finding('medium', `${path} leaves ${rise(TODOS)} more tests to do.`, 'Write them, or restore what was there.'),
    );
  if (before === null) return found;
  for (const [what, pattern] of [
    ['assertions', ASSERTIONS],
    ['tests', TESTS],
  ] as const) {
    if (rise(pattern) >= 0) continue;
    const message = `${path} has ${count(is, pattern)} ${what}; before it had ${count(was, pattern)}.`;
    found.push(
      finding('medium', message, `Restore the removed ${what}, or say in the claim which criterion changes them.`),
    );
  }
  return found;
}

/** Good enough to count words: an assertion in a comment is none. Strings stay, so `//` counts only at a line's start or after a space. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
