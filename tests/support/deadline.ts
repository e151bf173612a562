import { setTimeout as wait } from 'node:timers/promises';

export interface Deadline {
  /** What is waited for, as it is to stand in the failure. */
  readonly message: string;
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/** Polls until the probe returns something other than undefined or false, and returns it. Throws at the deadline. */
export async function pollUntil<T>(
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  { message, timeoutMs = 20_000, everyMs = 25 }: Deadline,
): Promise<T> {
  const endsAt = performance.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > endsAt) throw new Error(`Not within ${timeoutMs} ms: ${message}`);
    await wait(everyMs);
  }
}
