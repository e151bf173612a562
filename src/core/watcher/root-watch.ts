import type { WatcherMessage } from './messages.js';
import { describeMounts } from './mounts.js';
import type { Observation } from './observe.js';

const DETAIL = 'what the system shows in these folders was exchanged';

/** Keeps watching a root where folders are mounted, unmounted or exchanged: it then begins anew, and the time until then is a gap. */
export class RootWatch {
  readonly #root: string;
  readonly #start: (onReady: () => void) => Observation;
  readonly #send: (message: WatcherMessage) => void;
  #observation: Observation;
  #mounts: string;
  #checkedAt = Date.now();
  #restart: Promise<void> | null = null;

  constructor(root: string, start: (onReady: () => void) => Observation, send: (message: WatcherMessage) => void) {
    this.#root = root;
    this.#start = start;
    this.#send = send;
    this.#mounts = describeMounts(root);
    this.#observation = start(() => send({ type: 'ready', at: new Date().toISOString() }));
  }

  /** To be called now and then. */
  check(now: number): void {
    if (this.#restart !== null) return;
    const mounts = describeMounts(this.#root);
    if (mounts === this.#mounts) {
      this.#checkedAt = now;
      return;
    }
    this.#mounts = mounts;
    this.#sendGap(true, this.#checkedAt);
    this.#restart = this.#beginAnew();
  }

  /** True when everything that arrived has been reported. */
  isQuiet(): boolean {
    return this.#restart === null && this.#observation.isQuiet();
  }

  async close(): Promise<void> {
    await this.#restart;
    await this.#observation.close();
  }

  async #beginAnew(): Promise<void> {
    await this.#observation.close();
    const begun = Date.now();
    await new Promise<void>((resolve) => {
      this.#observation = this.#start(resolve);
    });
    this.#sendGap(false, Date.now());
    this.#checkedAt = begun;
    this.#restart = null;
  }

  #sendGap(open: boolean, at: number): void {
    this.#send({ type: 'gap', open, kind: 'mount', at: new Date(at).toISOString(), detail: DETAIL });
  }
}
