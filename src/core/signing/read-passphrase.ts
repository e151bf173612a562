import { ReadStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { openTerminal } from './terminal.js';

const ENTER = '\r\n';
const CANCEL = '\u0003\u0004\u001C'; // Ctrl-C, Ctrl-D, Ctrl-\
const BACKSPACE = '\b\u007F';
const ERASE_LINE = '\u0015';

export interface ReadOptions {
  /** How long a person may take, in milliseconds; five minutes unless told. */
  readonly timeoutMs?: number;
}

/**
 * Asks on the terminal, whatever stdin and stdout are, and shows nothing of the answer. null when it was cancelled (Ctrl-C,
 * end of input) or took too long; the terminal is as before in every case. Throws `no_terminal`.
 */
export async function readPassphrase(prompt: string, options: ReadOptions = {}): Promise<string | null> {
  const terminal = new ReadStream(openTerminal());
  let timer: NodeJS.Timeout | undefined;
  try {
    terminal.setRawMode(true);
    await write(terminal, prompt);
    return await new Promise((resolve) => {
      timer = setTimeout(() => resolve(null), options.timeoutMs ?? 300_000);
      const typed: string[] = [];
      terminal.setEncoding('utf8');
      terminal.on('data', (chunk: string) => {
        // Arrow keys and the marks around pasted text are not part of a passphrase.
        for (const character of stripVTControlCharacters(chunk)) {
          if (ENTER.includes(character)) return resolve(typed.join(''));
          if (CANCEL.includes(character)) return resolve(null);
          if (BACKSPACE.includes(character)) typed.pop();
          else if (character === ERASE_LINE) typed.length = 0;
          else if (!/\p{Cc}/u.test(character)) typed.push(character);
        }
      });
      terminal.on('end', () => resolve(null));
      terminal.on('error', () => resolve(null));
    });
  } finally {
    clearTimeout(timer);
    terminal.setRawMode(false);
    await write(terminal, '\n');
    terminal.destroy();
  }
}

export interface NewPassphraseOptions extends ReadOptions {
  /** Says why it will not do, or null. */
  readonly findWeakness: (passphrase: string) => string | null;
  /** How often a weak or mistyped one may be given again; three times unless told. */
  readonly attempts?: number;
}

/** Asks for a new passphrase twice. null when it was cancelled or never came out right. Throws `no_terminal`. */
export async function readNewPassphrase(options: NewPassphraseOptions): Promise<string | null> {
  let complaint = '';
  for (let attempt = 0; attempt < (options.attempts ?? 3); attempt += 1) {
    const first = await readPassphrase(`${complaint}New passphrase: `, options);
    if (first === null) return null;
    const weakness = options.findWeakness(first);
    if (weakness !== null) {
      complaint = `That will not do: ${weakness}.\n`;
      continue;
    }
    const second = await readPassphrase('The same again: ', options);
    if (second === null) return null;
    if (second === first) return first;
    complaint = 'The two were different.\n';
  }
  return null;
}

function write(terminal: ReadStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    terminal.write(text.replaceAll('\n', '\r\n'), () => resolve());
  });
}
