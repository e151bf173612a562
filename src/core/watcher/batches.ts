import type { TimelineEvent } from '../delta/timeline.js';
import type { WatcherMessage } from './messages.js';

const BATCH_SIZE = 500;
const BATCH_MS = 50;
const MAX_UNACKNOWLEDGED = 40;
const MAX_WAITING = 100_000;

/** Sends events in batches, at most 40 of them unacknowledged. When 100,000 wait, more are dropped, and a gap says so. */
export class Batches {
  readonly #send: (message: WatcherMessage) => void;
  #waiting: TimelineEvent[] = [];
  #timer: NodeJS.Timeout | null = null;
  #sequence = 0;
  #acknowledged = 0;
  #dropping = false;

  constructor(send: (message: WatcherMessage) => void) {
    this.#send = send;
  }

  add(event: TimelineEvent): void {
    if (this.#waiting.length >= MAX_WAITING) {
      if (!this.#dropping) this.#sendGap(true);
      return;
    }
    this.#waiting.push(event);
    if (this.#waiting.length >= BATCH_SIZE) this.#sendAllowed();
    else this.#timer ??= setTimeout(() => this.#sendAllowed(), BATCH_MS);
  }

  /** True when every event was sent. */
  isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  acknowledge(sequence: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, sequence);
    this.#sendAllowed();
    if (this.#dropping && this.#waiting.length === 0) this.#sendGap(false);
  }

  /** Sends everything, acknowledged or not: for the end. */
  flush(): void {
    while (this.#waiting.length > 0) this.#sendBatch();
  }

  #sendAllowed(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    while (this.#waiting.length > 0 && this.#sequence - this.#acknowledged < MAX_UNACKNOWLEDGED) this.#sendBatch();
  }

  #sendBatch(): void {
    this.#sequence += 1;
    this.#send({ type: 'events', sequence: this.#sequence, events: this.#waiting.splice(0, BATCH_SIZE) });
  }

  #sendGap(open: boolean): void {
    this.#dropping = open;
    const detail = `more than ${MAX_WAITING} events waited to be taken`;
    this.#send({ type: 'gap', open, kind: 'overflow', at: new Date().toISOString(), detail });
  }
}
