import type { ResidueChange } from '../../delta/tree.js';
import type { ClaimRule } from '../facts.js';
import type { FindingInput } from '../finding.js';

// Caches that tools keep among packages and that nothing imports; compiled Python is written by every run.
const BY_PRODUCTS =
  /(^|\/)(node_modules\/\.(cache|vite|vite-temp|vitest)(\/|$))|(^|\/)(\.venv|venv|\.tox|\.nox)\/(.*\/)?__pycache__\/|(^|\/)node_modules\/\.(package-lock\.json|yarn-integrity|modules\.yaml)$/;
const LOCKFILES =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|poetry\.lock|uv\.lock|Pipfile\.lock|requirements[^/]*\.txt|Gemfile\.lock|composer\.lock|go\.sum|Cargo\.lock)$/;

/**
 * Installed packages are no part of a commit, and yet the checks run with them: whoever changes them decides what a check
 * says. A package that was there and changes while its lockfile does not is refused; everything else is shown to the operator.
 */
export const installedRule: ClaimRule = ({ installed, work }) => {
  const lockfile = work.find((change) => LOCKFILES.test(change.path))?.path;
  return [
    ...groupByPackage(installed.sinceStart).map((group): FindingInput => {
      const fresh = !installed.foldersAtStart.includes(group.folder);
      const explained = lockfile !== undefined || fresh;
      return {
        kind: 'residue',
        severity: explained ? 'medium' : 'high',
        message: `${group.name} (installed, ${group.count} file(s)) changed during the work${lockfile === undefined ? ' without a change of its lockfile' : `, as did ${lockfile}`}; the checks run with it.`,
        fix: explained
          ? 'Nothing for you to do: the operator is shown it. Nothing but the installer speaks for what is in it.'
          : 'Install the packages anew as the lockfile says (npm ci), or declare the dependency and change the lockfile.',
        path: group.name,
      };
    }),
    ...installed.links.map(
      (path): FindingInput => ({
        kind: 'observation_gap',
        severity: 'medium',
        message: `${path} is a link: what is installed where it leads is not looked at, and the checks run with it.`,
        fix: 'Nothing for you to do: the operator is shown it. Installing in the folder itself removes the doubt.',
        path,
      }),
    ),
    ...(installed.sinceAccepted === null && installed.foldersAtStart.length > 0 ? [NO_EARLIER_LOOK] : []),
    ...groupByPackage(installed.sinceAccepted ?? []).map(
      (group): FindingInput => ({
        kind: 'unattributed',
        severity: 'medium',
        message: `${group.name} (installed, ${group.count} file(s)) changed before the work began, since the operator last accepted it; the checks run with it.`,
        fix: 'Nothing for you to do: the operator is shown it. Installing anew as the lockfile says removes the doubt.',
        path: group.name,
      }),
    ),
  ];
};

const NO_EARLIER_LOOK: FindingInput = {
  kind: 'observation_gap',
  severity: 'medium',
  message:
    'What is installed (node_modules and its like) can not be compared with what the operator accepted: no earlier look is kept.',
  fix: 'Nothing for you to do: the operator is shown it. Installing anew as the lockfile says removes the doubt.',
};

/** The dependency folder that a path lies in (`packages/a/node_modules`), and the package in it (`…/node_modules/@scope/name`). */
export function placeInstalled(path: string): { folder: string; name: string } {
  const match =
    /^(.*?(?:^|\/)(?:node_modules|\.venv|venv|site-packages|vendor|bower_components|\.yarn|\.bundle|\.tox|\.nox|Pods))(?:\/((?:@[^/]+\/)?[^/]+))?/s.exec(
      path,
    );
  const folder = match?.[1] ?? path;
  return { folder, name: match?.[2] === undefined ? folder : `${folder}/${match[2]}` };
}

function groupByPackage(changes: readonly ResidueChange[]): { folder: string; name: string; count: number }[] {
  const groups = new Map<string, { folder: string; name: string; count: number }>();
  for (const { path } of changes) {
    if (BY_PRODUCTS.test(path)) continue;
    const place = placeInstalled(path);
    const group = groups.get(place.name);
    if (group === undefined) groups.set(place.name, { ...place, count: 1 });
    else group.count += 1;
  }
  const all = [...groups.values()];
  if (all.length <= GROUP_LIMIT) return all;
  // A whole install is one matter, not hundreds.
  const folders = new Map<string, number>();
  for (const group of all) folders.set(group.folder, (folders.get(group.folder) ?? 0) + group.count);
  return [...folders].map(([folder, count]) => ({ folder, name: folder, count }));
}

const GROUP_LIMIT = 20;
