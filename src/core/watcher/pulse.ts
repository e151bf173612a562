const TICK_MS = 100;

/**
 * Knows up to which moment every notification of the system has arrived. What arrives later happened after that moment:
 * a process that was suspended or busy must not take the time of arrival for the time of the change.
 */
export class Pulse {
  readonly #timer: NodeJS.Timeout;
  #arrived = Date.now();

  constructor() {
    this.#timer = setInterval(() => this.#tick(Date.now()), TICK_MS);
  }

  /** Milliseconds: whatever happened before has arrived. At most about 100 ms ago while the process is well. */
  arrivedUntil(): number {
    return this.#arrived;
  }

  /**
   * To be called from the loop's own reading: a moment that matters is now. Soon afterwards everything up to it has arrived,
   * and what happens after it is not taken for what happened before.
   */
  mark(): void {
    const at = Date.now();
    // The second of two turns reads whatever was ready at the first.
    setImmediate(() => this.#tick(at));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  // Between a timer and the next immediate the loop reads everything that the system holds ready.
  #tick(at: number): void {
    setImmediate(() => {
      this.#arrived = Math.max(this.#arrived, at);
    });
  }
}
