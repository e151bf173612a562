import type { Cwds, WriteOptions } from './judgement.js';
import type { Arg } from './word.js';

/** One program with its arguments, and what its rule may say about it. */
export interface Invocation {
  /** The program's name without its folder. */
  readonly name: string;
  readonly args: readonly Arg[];
  readonly cwds: Cwds;
  /** What a here-document or here-string feeds it, or null. */
  readonly stdin: string | null;
  /** The text of the statement it stands in. */
  readonly around: string;
  write(arg: Arg, options?: WriteOptions): void;
  deny(reason: string): void;
  doubt(reason: string): void;
  /** Judges a program that this one starts; `cwds` where it starts elsewhere. */
  run(args: readonly Arg[], cwds?: Cwds): void;
  /** Judges shell text that this one runs. */
  runText(text: string): void;
}

/** Says what a program writes. Doubts what it can't tell; silence means that it writes nothing. */
export type Rule = (call: Invocation) => void;
