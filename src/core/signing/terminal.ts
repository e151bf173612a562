import { closeSync, constants, openSync } from 'node:fs';
import { isatty } from 'node:tty';
import { CesError } from '../errors.js';

/** A descriptor of this process's own terminal, to be closed by the caller. Throws `no_terminal` where there is none. */
export function openTerminal(): number {
  let descriptor: number | null = null;
  try {
    descriptor = openSync('/dev/tty', constants.O_RDWR | constants.O_NOCTTY);
    if (isatty(descriptor)) return descriptor;
  } catch (cause) {
    throw noTerminal(cause);
  }
  closeSync(descriptor);
  throw noTerminal();
}

function noTerminal(cause?: unknown): CesError {
  return new CesError(
    'no_terminal',
    'This needs a person at a terminal, and there is no terminal here.',
    'Run the same command yourself in a terminal window.',
    cause,
  );
}
