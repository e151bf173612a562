import type { Flow } from './flow.js';
import type { Cwds } from './judgement.js';
import { type Places, placePath } from './place.js';
import { type Arg, literalArg } from './word.js';

/** Where the shell stands after `cd` or `pushd`, and after `exit` or `return`; undefined for any other program. */
export function changeFolder(args: readonly Arg[], cwds: Cwds, places: Places): Flow | undefined {
  const [program, ...rest] = args;
  if (!program?.exact) return undefined;
  if (program.text === 'exit' || program.text === 'return') return { ok: [], fail: [] };
  if (program.text === 'popd') return { ok: null, fail: cwds };
  if (program.text !== 'cd' && program.text !== 'pushd') return undefined;
  const operands = rest.filter((arg) => !/^-(?:[LPe@]+|-)$/.test(arg.text));
  const target = operands[0] ?? { ...literalArg('~'), home: true };
  const known = operands.length < 2 && target.exact && !/^[-+]/.test(target.text) && target.text !== '';
  return { ok: known ? resolveAll(target, cwds, places) : null, fail: cwds };
}

function resolveAll(target: Arg, cwds: Cwds, places: Places): Cwds {
  const absolute = target.home || target.text.startsWith('/');
  if (cwds === null && !absolute) return null;
  const folders = (cwds ?? ['.']).map((cwd) => placePath(target, cwd, places));
  // Above a root whose own folder is not known, nothing is known.
  if (folders.some((place) => place.kind === 'outside' && !place.path.startsWith('/'))) return null;
  return [...new Set(folders.map((place) => place.path))];
}
