import type { WatcherMessage } from './messages.js';

/**
 * Counts notifications. The kernel's queue is bounded (16,384 by default on Linux) and what it drops is reported to
 * nobody, so a second with more than `limit` notifications is recorded as a gap, until a second with fewer.
 */
export class BurstMeter {
  readonly #limit: number;
  readonly #send: (message: WatcherMessage) => void;
  #second = 0;
  #since = 0;
  #count = 0;
  #open = false;

  constructor(limit: number, send: (message: WatcherMessage) => void) {
    this.#limit = limit;
    this.#send = send;
  }

  /** `since`: up to when everything had arrived. What was dropped may have happened right after it. */
  count(now: number, since: number): void {
    this.tick(now, since);
    this.#count += 1;
    if (this.#count > this.#limit && !this.#open) this.#sendGap(true, this.#since);
  }

  /** To be called now and then, so that a burst ends without a further notification. */
  tick(now: number, since: number): void {
    if (now - this.#second < 1000) return;
    if (this.#open && (this.#count <= this.#limit || now - this.#second >= 2000)) this.#sendGap(false, now);
    this.#second = now;
    this.#since = since;
    this.#count = 0;
  }

  #sendGap(open: boolean, at: number): void {
    this.#open = open;
    const detail = `more than ${this.#limit} notifications within one second`;
    this.#send({ type: 'gap', open, kind: 'burst', at: new Date(at).toISOString(), detail });
  }
}
