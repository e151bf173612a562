/**
 * The arguments that a package.json script gives to the program, or null where it does not call it. Where the call needs a
 * shell (variables, pipes, substitution) the arguments are left out.
 */
export function findScriptArgs(script: string, program: string): readonly string[] | null {
  for (const command of script.split(/&&|\|\||;/)) {
    const words = splitWords(command.trim());
    const at = words.findIndex(
      (word) => !/^\w+=/.test(word) && !['npx', 'cross-env', '--no-install', 'exec', 'env'].includes(word),
    );
    const called = words[at]?.replace(/^(?:\.\/)?node_modules\/\.bin\//, '');
    if (called === program) return /[|<>$`()&\\]/.test(command) ? [] : words.slice(at + 1);
  }
  return null;
}

/** The arguments without those options; `valued` ones take the next word along unless they hold `=`. */
export function withoutOptions(
  args: readonly string[],
  plain: readonly string[],
  valued: readonly string[],
): readonly string[] {
  const kept: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    const name = arg.split('=')[0] ?? '';
    if (plain.includes(name)) continue;
    if (valued.includes(name)) {
      if (!arg.includes('=')) index += 1;
      continue;
    }
    kept.push(arg);
  }
  return kept;
}

function splitWords(command: string): readonly string[] {
  return (command.match(/'[^']*'|"[^"]*"|[^\s'"]+/g) ?? []).map((word) => word.replace(/^(['"])(.*)\1$/, '$2'));
}
