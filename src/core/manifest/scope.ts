import picomatch from 'picomatch';
import { showLine } from '../approval/display.js';
import { CesError } from '../errors.js';
import type { Scope } from './manifest.js';

/** What governs the agent, and what runs before anybody looks: never in scope. */
export const GOVERNANCE_PATHS: readonly string[] = [
  '.ces/**',
  '.git/**',
  '.claude/settings.json',
  '.claude/settings.local.json',
  '.claude/hooks/**',
  '.claude/agents/**',
  '.mcp.json',
  '.codex/**',
];

/** What forges run with their secrets: in scope only when named without a wildcard. */
export const CI_PATHS: readonly string[] = [
  '.github/workflows/**',
  '.github/actions/**',
  '.gitlab-ci.yml',
  '.circleci/**',
  'azure-pipelines.yml',
  'bitbucket-pipelines.yml',
  'Jenkinsfile',
];

// `src/**` is what lies below src, not a file put in src's place; a denial of `src/**` means that too.
const ALLOWED = { strictSlashes: true };

export type ScopeDecision =
  | { readonly decision: 'allow'; readonly rule: string }
  | { readonly decision: 'deny'; readonly why: 'outside' | 'denied' | 'protected' | 'escapes'; readonly rule: string };

/** Decides one path, relative to the root. Denials see dot files; allowances name them or do not have them. */
export function decidePath(scope: Scope, path: string): ScopeDecision {
  if (escapesRoot(path)) return { decision: 'deny', why: 'escapes', rule: path };
  const folded = path.toLowerCase();
  // Case-folded, since on a case-insensitive file system `.CES/x` is `.ces/x`.
  const guarded = findGuard(scope.protected, folded);
  if (guarded !== undefined && !(isCi(guarded) && scope.allow.includes(path)))
    return { decision: 'deny', why: 'protected', rule: guarded };
  const denied = scope.deny.find((glob) => picomatch.isMatch(path, glob, { dot: true }));
  if (denied !== undefined) return { decision: 'deny', why: 'denied', rule: denied };
  const allowed = scope.allow.find((glob) => glob === path || picomatch.isMatch(path, glob, ALLOWED));
  if (allowed !== undefined) return { decision: 'allow', rule: allowed };
  return { decision: 'deny', why: 'outside', rule: scope.allow.join(', ') };
}

/** A tester for many paths, as `decidePath` but with the globs compiled once. Returns true for allowed ones. */
export function compileAllow(allow: readonly string[]): (path: string) => boolean {
  const tests = allow.map((glob) => picomatch(glob, ALLOWED));
  const literal = new Set(allow);
  return (path) => literal.has(path) || tests.some((test) => test(path));
}

/**
 * Refuses (`invalid_input`) globs that leave the root, are empty, hold what no path holds, or characters that are not seen
 * (line ends, controls, bidirectional ones). Returns them cleaned.
 */
export function parseGlobs(globs: readonly string[], field: string): string[] {
  return globs.map((raw) => {
    const glob = raw.trim().replace(/^\.\//, '');
    const bad = glob === '' || glob.startsWith('!') || glob.includes('\0') || escapesRoot(glob);
    if (bad)
      throw new CesError(
        'invalid_input',
        `${field} holds ${JSON.stringify(raw)}, which is not a glob below the root.`,
        'Give globs relative to the root, such as src/health/** or test/health.test.ts.',
      );
    const shown = showLine(glob, Number.POSITIVE_INFINITY);
    if (shown !== glob)
      throw new CesError(
        'invalid_input',
        `${field} holds "${shown}", with characters that can't be seen.`,
        'Leave them out, or write ? in their place.',
      );
    return glob.endsWith('/') ? `${glob}**` : glob;
  });
}

/** Refuses (`invalid_input`) a glob that matches nothing but protected paths: it could never allow anything. */
export function refuseProtected(allow: readonly string[], guards: readonly string[], field: string): void {
  for (const glob of allow) {
    const { base, glob: rest } = picomatch.scan(glob);
    const guard = findGuard(guards, (rest === '' ? glob : `${base}/~/~`).toLowerCase());
    if (guard === undefined || (rest === '' && isCi(guard))) continue;
    throw new CesError(
      'invalid_input',
      `${field} holds "${showLine(glob)}", which matches only protected paths (${showLine(guard)}).`,
      isCi(guard)
        ? 'Name the one file of it that is to change, without a wildcard.'
        : 'Leave it out: only the operator changes what governs the agent.',
    );
  }
}

function findGuard(guards: readonly string[], folded: string): string | undefined {
  return guards.find((glob) => picomatch.isMatch(folded, glob.toLowerCase(), { dot: true }));
}

function escapesRoot(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path) || path.split('/').includes('..');
}

function isCi(glob: string): boolean {
  return CI_PATHS.includes(glob);
}
