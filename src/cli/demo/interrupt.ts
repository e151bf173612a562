const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interrupt {
  readonly signal: AbortSignal;
  /** To be called once all is tidied up: ends this process by the signal that came, if one did. */
  finish(): void;
}

/** Turns the first Ctrl-C, SIGTERM or SIGHUP into an abort, so that the work can be tidied up; later ones change nothing. */
export function onInterrupt(): Interrupt {
  const controller = new AbortController();
  let came: NodeJS.Signals | null = null;
  const handle = (name: NodeJS.Signals): void => {
    came ??= name;
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, handle);
  return {
    signal: controller.signal,
    finish() {
      for (const name of SIGNALS) process.off(name, handle);
      if (came !== null) process.kill(process.pid, came);
    },
  };
}
