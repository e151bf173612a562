import type { ChangedText, IntegrityFinding } from './rules.js';

const INTERPRETERS = /^(?:.*\/)?(?:node|deno|bun|tsx|ts-node|python[\d.]*|ruby|perl|php|bash|sh|zsh)$/;
const SEPARATORS = /^(?:&&|\|\||[;|&])$/;

/**
 * High: a program of the project that a check runs was changed: the file that a command names itself, or gives to an
 * interpreter. Whoever changes what the check is decides what it says. Files that it is only given are what it checks.
 */
export function findChangedPrograms(
  changes: readonly ChangedText[],
  commands: readonly (readonly string[])[],
): readonly IntegrityFinding[] {
  const programs = new Set(commands.flatMap(findPrograms).map((word) => word.replace(/^\.\//, '')));
  return changes
    .filter(({ path, before }) => before !== null && programs.has(path))
    .map(({ path }) => ({
      path,
      severity: 'high',
      message: `${path} is what a check runs, and it was changed.`,
      fix: `Put ${path} back as it was, or have the operator waive this with a reason.`,
    }));
}

function findPrograms(words: readonly string[]): string[] {
  const programs: string[] = [];
  let expects = true;
  for (const word of words) {
    if (SEPARATORS.test(word)) expects = true;
    else if (expects && !word.startsWith('-') && !/^\w+=/.test(word)) {
      if (!INTERPRETERS.test(word)) {
        programs.push(word);
        expects = false;
      }
    }
  }
  return programs;
}

/** The scripts of a package.json, each as its words; none where it can't be read. */
export function readScripts(packageJson: string | null): readonly (readonly string[])[] {
  try {
    const parsed: unknown = JSON.parse(packageJson ?? '{}');
    const scripts: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'scripts') : null;
    if (typeof scripts !== 'object' || scripts === null) return [];
    return Object.values(scripts).map((script) => String(script).match(/&&|\|\||[;|&]|[^\s"'`;&|()]+/g) ?? []);
  } catch {
    return [];
  }
}
