import { forEachChild, type SyntaxNode, type Word } from 'unbash';

/** One word of a command as far as its text tells: `text` is whole when `exact`, else only what stands before the unknown. */
export interface Arg {
  readonly text: string;
  readonly exact: boolean;
  /** What is not known: a variable, a glob, a substitution. */
  readonly unknown: string;
  /** A path in the home folder, by an unquoted `~`. */
  readonly home: boolean;
  /** A `>(…)` or `<(…)`: a pipe, not a file. */
  readonly pipe: boolean;
}

/** What the shell would put for these names, if the command leaves them alone; null for unknown. */
export type KnownVariables = (name: string) => string | null;

/** Makes the argument that stands for a text known in full. */
export function literalArg(text: string): Arg {
  return { text, exact: true, unknown: '', home: false, pipe: false };
}

/** Cuts `count` characters off the front of an argument, as of `of=` in `of=a.img`. */
export function cutArg(arg: Arg, count: number): Arg {
  const text = arg.text.slice(count);
  return { ...arg, text, home: arg.exact && (text === '~' || text.startsWith('~/')) };
}

/** Marks as unknown what another program puts in the place of `mark`, as find and xargs do for `{}`. */
export function fillIn(arg: Arg, mark: string): Arg {
  const at = arg.text.indexOf(mark);
  return at < 0 ? arg : { ...arg, text: arg.text.slice(0, at), exact: false, unknown: `what stands for ${mark}` };
}

/** Reads a word into the arguments it stands for; more than one where it holds a plain brace list. */
export function readWord(word: Word, known: KnownVariables): Arg[] {
  const home = word.text.startsWith('~');
  const parts = word.parts;
  if (parts === undefined) return [{ ...literalArg(word.value), home }];
  const state: Reading = { texts: [''], unknown: '', pipe: false };
  for (const part of parts) readPart(part, state, known);
  const exact = state.unknown === '';
  return state.texts.map((text) => ({ text, exact, unknown: state.unknown, home, pipe: state.pipe }));
}

interface Reading {
  texts: string[];
  unknown: string;
  pipe: boolean;
}

function readPart(part: SyntaxNode, state: Reading, known: KnownVariables): void {
  if (state.unknown !== '') return;
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      append(state, part.value);
      return;
    case 'DoubleQuoted':
    case 'LocaleString':
      forEachChild(part, (child) => readPart(child, state, known));
      return;
    case 'SimpleExpansion':
      appendVariable(state, part.text, known(part.text.slice(1)));
      return;
    case 'ParameterExpansion':
      appendVariable(state, part.text, plainName(part.text) === null ? null : known(part.parameter));
      return;
    case 'BraceExpansion': {
      const choices = readBraces(part.text);
      if (choices === null || state.texts.length * choices.length > 64) state.unknown = `the list ${part.text}`;
      else state.texts = state.texts.flatMap((text) => choices.map((choice) => text + choice));
      return;
    }
    case 'ProcessSubstitution':
      state.pipe = true;
      state.unknown = 'a process substitution';
      return;
    case 'Glob':
    case 'ExtendedGlob':
      state.unknown = `the pattern ${part.text}`;
      return;
    default:
      state.unknown = 'a substitution';
  }
}

function append(state: Reading, text: string): void {
  state.texts = state.texts.map((before) => before + text);
}

function appendVariable(state: Reading, text: string, value: string | null): void {
  if (value === null) state.unknown = `the variable ${text}`;
  else append(state, value);
}

function plainName(text: string): string | null {
  return /^\$\{(\w+)\}$/.exec(text)?.[1] ?? null;
}

function readBraces(text: string): string[] | null {
  return /^\{[\w./@-]*(?:,[\w./@-]*)+\}$/.test(text) ? text.slice(1, -1).split(',') : null;
}
