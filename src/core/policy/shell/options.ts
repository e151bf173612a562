import { type Arg, cutArg } from './word.js';

export interface Option {
  /** Without its dashes: `i`, `in-place`. */
  readonly name: string;
  readonly value: Arg | undefined;
}

export interface Line {
  readonly options: readonly Option[];
  readonly operands: readonly Arg[];
}

/**
 * Splits arguments into options and operands, as getopt does. `valued` names the options that take a value:
 * `'t,m,target-directory'`. A name ending in `?` takes one only when attached (`-i.bak`, `--in-place=.bak`).
 */
export function splitOptions(args: readonly Arg[], valued = '', stopAtOperand = false): Line {
  const withValue = valued.split(',').filter((name) => name !== '');
  const options: Option[] = [];
  const operands: Arg[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at];
    if (arg === undefined) break;
    if (arg.exact && arg.text === '--') {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (!/^-./.test(arg.text)) {
      if (stopAtOperand) {
        operands.push(...args.slice(at));
        break;
      }
      operands.push(arg);
    } else if (arg.text.startsWith('--')) at += readLong(arg, args[at + 1], withValue, options);
    else at += readShort(arg, args[at + 1], withValue, options);
  }
  return { options, operands };
}

/** The values of the options with one of these names, given as `'o,output'`. */
export function valuesOf(line: Line, names: string): Arg[] {
  const wanted = names.split(',');
  return line.options.flatMap((option) => (wanted.includes(option.name) && option.value ? [option.value] : []));
}

/** True if one of the options named as `'n,dry-run'` is given. */
export function hasOption(line: Line, names: string): boolean {
  const wanted = names.split(',');
  return line.options.some((option) => wanted.includes(option.name));
}

function readLong(arg: Arg, next: Arg | undefined, valued: readonly string[], options: Option[]): number {
  const equals = arg.text.indexOf('=');
  const given = arg.text.slice(2, equals < 0 ? undefined : equals);
  // GNU takes a long option's beginning for the whole.
  const full = valued.find((name) => name.length > 1 && name.replace('?', '').startsWith(given)) ?? given;
  const name = full.replace('?', '');
  if (equals >= 0) {
    options.push({ name, value: cutArg(arg, equals + 1) });
    return 0;
  }
  if (!valued.includes(full) || full.endsWith('?')) {
    options.push({ name, value: undefined });
    return 0;
  }
  options.push({ name, value: next });
  return 1;
}

function readShort(arg: Arg, next: Arg | undefined, valued: readonly string[], options: Option[]): number {
  for (let at = 1; at < arg.text.length; at++) {
    const name = arg.text.charAt(at);
    const rest = at + 1 < arg.text.length || !arg.exact;
    if (valued.includes(`${name}?`)) {
      options.push({ name, value: rest ? cutArg(arg, at + 1) : undefined });
      return 0;
    }
    if (valued.includes(name)) {
      options.push({ name, value: rest ? cutArg(arg, at + 1) : next });
      return rest ? 0 : 1;
    }
    options.push({ name, value: undefined });
  }
  return 0;
}
