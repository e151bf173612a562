import { spawn } from '@lydell/node-pty';

export interface PtyOptions {
  readonly cwd: string;
  /** The whole environment; TERM is added. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Pty {
  readonly pid: number;
  /** Everything that was printed so far. */
  output(): string;
  /** Resolves once text after the last match fits; rejects with the output when the program ends first or the time is over. */
  waitFor(pattern: RegExp, deadlineMs?: number): Promise<string>;
  write(text: string): void;
  readonly exit: Promise<{ exitCode: number; signal: number | undefined }>;
  /** Kills the program if it still runs, and waits for it. */
  dispose(): Promise<void>;
}

/** Starts a program on a terminal of its own. Nothing in here sleeps: it waits for output, the end, or a deadline. */
export function startOnPty(argv: readonly string[], options: PtyOptions): Pty {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, { cwd: options.cwd, env: { TERM: 'xterm', ...options.env }, cols: 200, rows: 50 });
  let output = '';
  let consumed = 0;
  let ended = false;
  const watchers = new Set<() => void>();
  const notify = (): void => {
    for (const watcher of [...watchers]) watcher();
  };
  child.onData((data) => {
    output += data;
    notify();
  });
  const exit = new Promise<{ exitCode: number; signal: number | undefined }>((resolve) => {
    child.onExit(({ exitCode, signal }) => {
      ended = true;
      notify();
      resolve({ exitCode, signal });
    });
  });

  const waitFor = (pattern: RegExp, deadlineMs = 20_000): Promise<string> =>
    new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        watchers.delete(look);
        finish();
      };
      const fail = (why: string): void =>
        settle(() => reject(new Error(`${why} while waiting for ${pattern}; it printed:\n${output}`)));
      const look = (): void => {
        const match = pattern.exec(output.slice(consumed));
        if (match !== null) {
          consumed += match.index + match[0].length;
          settle(() => resolve(match[0]));
        } else if (ended) fail('the program ended');
      };
      const timer = setTimeout(() => fail(`${deadlineMs} ms passed`), deadlineMs);
      watchers.add(look);
      look();
    });

  return {
    pid: child.pid,
    output: () => output,
    waitFor,
    write: (text) => child.write(text),
    exit,
    dispose: async () => {
      if (!ended) child.kill('SIGKILL');
      await exit;
    },
  };
}
