import type { IntegrityRule } from './rules.js';
import { readObject } from './runner-config.js';

const SECTIONS = [
  'dependencies',
  'devDependencies',
  'peerDependencies',
  'optionalDependencies',
  'overrides',
  'resolutions',
] as const;
const LOCKFILE = /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?)$/;
const MANIFEST = /(?:^|\/)package\.json$/;

export interface DependencyChange {
  readonly package: string;
  readonly section: (typeof SECTIONS)[number];
  readonly kind: 'added' | 'removed' | 'changed';
  /** Version ranges as written; null where there is none. */
  readonly from: string | null;
  readonly to: string | null;
}

/** What two texts of one package.json say differently about dependencies; null stands for a file that is not there. */
export function dependencyChanges(before: string | null, after: string | null): readonly DependencyChange[] {
  const was = readObject(before ?? '');
  const is = readObject(after ?? '');
  return SECTIONS.flatMap((section) => {
    const old = readGroup(was[section]);
    const now = readGroup(is[section]);
    return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((name) => {
      const from = old.get(name) ?? null;
      const to = now.get(name) ?? null;
      if (from === to) return [];
      const kind = from === null ? 'added' : to === null ? 'removed' : 'changed';
      return [{ package: name, section, kind, from, to } as const];
    });
  });
}

/** Medium: a manifest and the lockfile that changed without each other. Projects that never had a lockfile are not told to. */
export const findLockfileGaps =
  (hasLockfile: boolean): IntegrityRule =>
  (changes) => {
    const manifests = changes.filter(
      (change) => MANIFEST.test(change.path) && dependencyChanges(change.before, change.after).length > 0,
    );
    const locks = changes.filter((change) => LOCKFILE.test(change.path));
    if (hasLockfile && manifests.length > 0 && locks.length === 0) {
      return manifests.map(({ path }) => ({
        path,
        severity: 'medium',
        message: `${path} has other dependencies, but the lockfile is as it was.`,
        fix: 'Update the lockfile with the package manager.',
      }));
    }
    if (manifests.length > 0) return [];
    return locks.map(({ path }) => ({
      path,
      severity: 'medium',
      message: `${path} was changed, but no package.json names other dependencies.`,
      fix: 'Revert it, or say in the claim why it changed.',
    }));
  };

function readGroup(value: unknown): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(
    Object.entries(value).map(([name, range]) => [name, typeof range === 'string' ? range : JSON.stringify(range)]),
  );
}
