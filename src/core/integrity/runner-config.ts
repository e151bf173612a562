import type { IntegrityFinding, IntegrityRule } from './rules.js';

const CONFIG_FILE =
  /(?:^|\/)(?:(?:vitest|vite|jest|playwright|cypress|karma|ava|babel|eslint|biome)\.(?:config|workspace|setup)\.[\w.]+|\.mocharc\.\w+|\.nycrc(?:\.\w+)?|\.babelrc(?:\.\w+)?|\.swcrc|\.eslintrc(?:\.\w+)?|biome\.jsonc?|tsconfig[\w.-]*\.json|\.npmrc|\.yarnrc(?:\.yml)?|\.pnpmfile\.c?js|pytest\.ini|tox\.ini|conftest\.py)$/;

/** Keys of package.json that decide what a check runs. */
const RUNNING_KEYS = ['scripts', 'jest', 'mocha', 'ava', 'vitest', 'eslintConfig', 'babel', 'type', 'imports'];

/** High: what decides how the checks run has changed, so a pass may no longer mean what it meant. */
export const findChangedRunners: IntegrityRule = (changes) =>
  changes.flatMap(({ path, before, after }) => {
    if (CONFIG_FILE.test(path))
      return [describe(path, after === null ? 'was deleted' : before === null ? 'is new' : 'was changed')];
    if (!/(?:^|\/)package\.json$/.test(path) || before === null) return [];
    const was = readObject(before);
    const is = readObject(after ?? '');
    const keys = RUNNING_KEYS.filter((key) => JSON.stringify(was[key]) !== JSON.stringify(is[key]));
    return keys.length === 0 ? [] : [describe(path, `has another ${keys.map((key) => `"${key}"`).join(', ')}`)];
  });

function describe(path: string, what: string): IntegrityFinding {
  return {
    path,
    severity: 'high',
    message: `${path} ${what}: it decides how checks run.`,
    fix: 'Revert it, or have the operator approve it by name.',
  };
}

/** A JSON object, or an empty one where the text is none. */
export function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}
