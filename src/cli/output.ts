import pc from 'picocolors';
import type { CesError } from '../core/errors.js';
import { wrapLines } from './wrap.js';

export const SCHEMA_VERSION = 1;

export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** How wide a terminal is. */
  readonly columns?: number;
}

export interface Streams {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

export type Colors = Pick<ReturnType<typeof pc.createColors>, 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'>;

/** The one place that prints: data to stdout, messages to stderr; in JSON mode stdout holds one object and nothing else. */
export interface Output {
  readonly json: boolean;
  /** For text on stdout; plain where it is no terminal or colours are not wanted. */
  readonly colors: Colors;
  /** The answer: `value` with its schema_version in JSON mode, else the text. */
  answer(value: object, text: () => string): void;
  /** A part of a text answer that comes before the rest, wrapped; to stderr in JSON mode and where only stderr is a terminal. */
  show(text: string): void;
  /** A message for people. */
  say(text: string): void;
  /** How long work goes on; only on a terminal, and written over by the next. */
  progress(text: string): void;
  fail(error: Failure): void;
}

export interface Failure {
  readonly type: 'usage' | 'forbidden' | 'could_not' | 'internal';
  readonly code: CesError['code'] | 'internal';
  readonly message: string;
  readonly hint: string;
  readonly exitCode: number;
}

export function createOutput(streams: Streams, options: { json: boolean; color: boolean }): Output {
  const { stdout, stderr } = streams;
  const { json } = options;
  const colors = pc.createColors(options.color && stdout.isTTY === true);
  const errorColors = pc.createColors(options.color && stderr.isTTY === true);
  let progressShown = false;
  const clearProgress = (): void => {
    if (progressShown) stderr.write('\r\u001B[K');
    progressShown = false;
  };
  return {
    json,
    colors,
    answer(value, text) {
      clearProgress();
      stdout.write(json ? `${encodeJson({ schema_version: SCHEMA_VERSION, ...value })}\n` : endLine(text()));
    },
    show(text) {
      clearProgress();
      const besides = json || (stdout.isTTY !== true && stderr.isTTY === true);
      const stream = besides ? stderr : stdout;
      stream.write(endLine(wrapLines(text, stream.columns)));
    },
    say(text) {
      clearProgress();
      stderr.write(endLine(text));
    },
    progress(text) {
      if (json || stderr.isTTY !== true) return;
      stderr.write(`\r\u001B[K${text}`);
      progressShown = true;
    },
    fail({ type, code, message, hint, exitCode }) {
      clearProgress();
      const error = { type, code, message, hint, exit_code: exitCode };
      if (json) stderr.write(`${encodeJson({ error })}\n`);
      else stderr.write(`${errorColors.red('Error:')} ${message}\n${hint === '' ? '' : `${hint}\n`}`);
    },
  };
}

function endLine(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

// The same value for a program; for a person whose terminal shows it, nothing that draws, hides or reorders.
function encodeJson(value: object): string {
  return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
