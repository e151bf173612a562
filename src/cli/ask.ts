import { closeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { openTerminal } from '../core/signing/terminal.js';

const PATIENCE_MS = 30 * 60_000;

/** True where a person can be asked: there is a terminal of our own. */
export function hasTerminal(): boolean {
  try {
    closeSync(openTerminal());
    return true;
  } catch {
    return false;
  }
}

/** Asks a yes-or-no question on the terminal itself, whatever stdin is. Anything but y or yes is a no, and so is no answer. */
export async function confirm(question: string): Promise<boolean> {
  const terminal = new ReadStream(openTerminal());
  let timer: NodeJS.Timeout | undefined;
  try {
    terminal.write(`${question} [y/N] `);
    const answer = await new Promise<string>((resolve) => {
      let typed = '';
      timer = setTimeout(() => resolve(''), PATIENCE_MS);
      terminal.setEncoding('utf8');
      terminal.on('data', (chunk: string) => {
        typed += chunk;
        if (typed.includes('\n')) resolve(typed);
      });
      terminal.on('end', () => resolve(''));
      terminal.on('error', () => resolve(''));
    });
    return /^\s*y(es)?\s*$/i.test(answer);
  } finally {
    clearTimeout(timer);
    terminal.destroy();
  }
}
