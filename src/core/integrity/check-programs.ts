import type { ChangedText, IntegrityFinding } from './rules.js';

/**
 * High: a file of the project that a check runs by name was changed. Whoever changes what the check is decides what it says.
 * `commands` are the argv of the checks and the texts of package scripts that they call.
 */
export function findChangedPrograms(
  changes: readonly ChangedText[],
  commands: readonly string[],
): readonly IntegrityFinding[] {
  const named = new Set(
    commands.flatMap((command) => command.split(/[\s"'`;&|()]+/)).map((word) => word.replace(/^\.\//, '')),
  );
  return changes
    .filter(({ path, before }) => before !== null && named.has(path))
    .map(({ path }) => ({
      path,
      severity: 'high',
      message: `${path} is what a check runs, and it was changed.`,
      fix: `Put ${path} back as it was, or have the operator waive this with a reason.`,
    }));
}

/** The scripts of a package.json as one list of commands; none where it can't be read. */
export function readScripts(packageJson: string | null): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(packageJson ?? '{}');
    const scripts: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'scripts') : null;
    return typeof scripts === 'object' && scripts !== null ? Object.values(scripts).map(String) : [];
  } catch {
    return [];
  }
}
