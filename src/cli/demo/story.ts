import { showLine } from '../../core/approval/display.js';
import type { Output } from '../output.js';

const WIDTH = 80;
const GUTTER = 10;

export type Actor = 'agent' | 'ces' | 'operator' | 'anyone';
export type Tone = 'plain' | 'good' | 'bad' | 'quiet';

export interface ToldStep {
  readonly step: string;
  readonly actor: Actor;
  readonly lines: string[];
}

/** Something did not go as the demo says it goes. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  readonly step: string;

  constructor(step: string, message: string) {
    super(message);
    this.step = step;
  }
}

/** Tells what happens as it happens, under the name of who acts, and keeps it for the answer in JSON. */
export class Story {
  readonly steps: ToldStep[] = [];
  readonly #out: Output;
  #shown: Actor | null = null;
  #atStart = true;

  constructor(out: Output) {
    this.#out = out;
  }

  /** The step that is going on. */
  get step(): string {
    return this.steps.at(-1)?.step ?? 'start';
  }

  begin(step: string, actor: Actor): void {
    this.steps.push({ step, actor, lines: [] });
    // An answer by CES stands right below what it answers.
    if (this.#shown !== actor && this.#shown !== null && actor !== 'ces') this.#print('');
    if (this.#shown !== actor) this.#atStart = true;
    this.#shown = actor;
  }

  /** A sentence, broken into lines where it is longer than one. */
  tell(text: string, tone: Tone = 'plain'): void {
    this.steps.at(-1)?.lines.push(text);
    const hang = text.startsWith('- ') ? '  ' : '';
    for (const line of wrap(showLine(text, 2000), WIDTH - GUTTER, hang)) this.#line(line, tone);
  }

  /** What a program printed, indented, in its own words. */
  quote(text: string, tone: Tone = 'quiet'): void {
    this.steps.at(-1)?.lines.push(text);
    for (const line of wrap(showLine(text, 2000), WIDTH - GUTTER - 2)) this.#line(`  ${line}`, tone);
  }

  /** A line of a diff or a command: as it is. */
  code(text: string, tone: Tone = 'quiet'): void {
    this.steps.at(-1)?.lines.push(text);
    this.#line(`  ${showLine(text, 400)}`, tone);
  }

  /** Fails the demo, by the step's name, where something was not observed as it should be. */
  expect(holds: boolean, what: string): void {
    if (!holds) throw new StepFailed(this.step, `Not seen: ${what}.`);
  }

  /** Free text before and after the story. */
  print(text: string): void {
    for (const line of text.split('\n')) this.#print(line);
  }

  #line(text: string, tone: Tone): void {
    const label = this.#atStart ? (this.#shown ?? '').toUpperCase() : '';
    this.#atStart = false;
    const { colors } = this.#out;
    const paint = { plain: (line: string) => line, good: colors.green, bad: colors.red, quiet: colors.dim }[tone];
    this.#print(`${colors.bold(label.padEnd(GUTTER))}${paint(text)}`.trimEnd());
  }

  #print(line: string): void {
    // Not `show`: the story is the answer, and belongs on stdout wherever that leads.
    if (!this.#out.json) this.#out.answer({}, () => line);
  }
}

/** Breaks at spaces, with `hang` before all lines but the first; a word longer than the width gets a line of its own. */
export function wrap(text: string, width: number, hang = ''): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(last === undefined ? word : hang + word);
  }
  return lines;
}
