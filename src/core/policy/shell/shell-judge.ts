import { type Command, parse, type Redirect, type Word } from 'unbash';
import { changeFolder } from './change-folder.js';
import { changesTrust } from './environment.js';
import type { Flow } from './flow.js';
import { type Cwds, type Judgement, show, type WriteOptions } from './judgement.js';
import { type Places, TEMP_VARIABLE } from './place.js';
import { findRule } from './rules.js';
import { type Visitor, walk } from './walk.js';
import { type Arg, literalArg, readWord } from './word.js';

const SYSTEM_FOLDER = /^\/(?:usr\/)?(?:local\/)?s?bin\/[^/]+$|^\/opt\/homebrew\/bin\/[^/]+$/;
const WRITING = new Set(['>', '>>', '>|', '&>', '&>>', '<>', '>&']);
const MAX_DEPTH = 5;
const MAX_RUNS = 1000;

/** Judges each command of a shell text as the walk reaches it; text that a command runs is walked in turn. */
export class ShellJudge implements Visitor {
  readonly #judgement: Judgement;
  readonly #places: Places;
  readonly #assigned: (name: string) => boolean;
  #depth = 0;
  #runs = 0;

  constructor(judgement: Judgement, places: Places, text: string) {
    this.#judgement = judgement;
    this.#places = places;
    // Whatever names one of these without reading it may set it.
    const named = new Set(text.match(/(?<!\$\{?)\b(?:HOME|PWD|TMPDIR)\b/g));
    this.#assigned = (name) => named.has(name);
  }

  doubt(reason: string): void {
    this.#judgement.doubt(reason);
  }

  redirect(node: Redirect, cwds: Cwds): void {
    if (!WRITING.has(node.operator) || node.target === undefined) return;
    const targets = this.#read(node.target);
    for (const target of targets) {
      if (node.operator === '>&' && target.exact && /^(?:\d+-?|-)$/.test(target.text)) continue;
      this.#judgement.write(target, cwds);
    }
  }

  command(node: Command, cwds: Cwds, around: string): Flow {
    const words = node.suffix.flatMap((part) => {
      if (part.type === 'Word') return this.#read(part);
      return part.type === 'Assignment' ? [this.#readAssignment(part.text, part.value)] : [];
    });
    for (const part of node.prefix)
      if (part.type === 'Assignment' && changesTrust(part.name))
        this.doubt(`it sets ${part.name}, which changes what runs`);
    if (node.name === undefined) return { ok: cwds, fail: cwds };
    const args = [...this.#read(node.name), ...words];
    const direct = args.findIndex((arg) => arg.text !== 'command' && arg.text !== 'builtin');
    const moved = changeFolder(args.slice(Math.max(direct, 0)), cwds, this.#places);
    if (moved !== undefined) return moved;
    this.#run(args, cwds, readStdin(node), around);
    return { ok: cwds, fail: cwds };
  }

  #run(args: readonly Arg[], cwds: Cwds, stdin: string | null, around: string): void {
    const assigned = args.findIndex((arg) => !/^\w+=/.test(arg.text));
    const [program, ...rest] = assigned < 0 ? [] : args.slice(assigned);
    const setting = EXPORTING.has(program?.text ?? '') ? rest : args.slice(0, Math.max(assigned, 0));
    const trusted = setting.find((arg) => changesTrust(arg.text.replace(/\+?=.*$/s, '')));
    if (trusted) this.doubt(`it sets ${show(trusted.text)}, which changes what runs`);
    if (program === undefined) return;
    if (program.exact) this.#runNamed(program.text, rest, cwds, stdin, around);
    else this.doubt(`which program runs depends on ${show(program.unknown)}`);
  }

  #runNamed(path: string, args: readonly Arg[], cwds: Cwds, stdin: string | null, around: string): void {
    const name = path.split('/').at(-1) ?? '';
    const rule = findRule(name);
    if (path.includes('/') && !SYSTEM_FOLDER.test(path)) this.doubt(`${show(path)} is a program of its own`);
    if (rule === undefined) this.doubt(`${show(name)} is not a program whose writes are known`);
    if (++this.#runs === MAX_RUNS) this.doubt('it runs too many programs to be judged');
    if (this.#runs > MAX_RUNS) return;
    rule?.({
      name,
      args,
      cwds,
      stdin,
      around,
      write: (arg: Arg, options?: WriteOptions) => this.#judgement.write(arg, cwds, options),
      deny: (reason) => this.#judgement.deny(reason),
      doubt: (reason) => this.doubt(reason),
      run: (inner, from = cwds) => this.#nested(() => this.#run(inner, from, stdin, around)),
      runText: (text) => this.#nested(() => void walk(parse(text), text, cwds, this)),
    });
  }

  #nested(step: () => void): void {
    if (this.#depth >= MAX_DEPTH) {
      this.doubt('programs start programs too many times over');
      return;
    }
    this.#depth++;
    step();
    this.#depth--;
  }

  #read(word: Word): Arg[] {
    return readWord(word, (name) => {
      if (!['HOME', 'PWD', 'TMPDIR'].includes(name) || this.#assigned(name)) return null;
      if (name === 'HOME') return this.#places.home ?? '/~';
      // Paths are resolved against the folder anyway.
      return name === 'PWD' ? '.' : TEMP_VARIABLE;
    });
  }

  #readAssignment(text: string, value: { readonly type: string } | Word): Arg {
    if (!('text' in value)) return { ...literalArg(text), exact: false, unknown: 'a list' };
    const [arg] = this.#read(value);
    const name = text.slice(0, text.indexOf('=') + 1);
    return arg === undefined ? literalArg(text) : { ...arg, text: name + arg.text, home: false };
  }
}

const EXPORTING = new Set([
  'export',
  'declare',
  'typeset',
  'local',
  'readonly',
  'read',
  'unset',
  'mapfile',
  'readarray',
]);

function readStdin(node: Command): string | null {
  for (const part of [...node.prefix, ...node.suffix]) {
    if (part.type === 'HereDoc') return part.body.text;
    if (part.type === 'HereString') return part.target?.value ?? null;
  }
  return null;
}
