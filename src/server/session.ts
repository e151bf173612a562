import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Context } from '../core/context.js';
import {
  beat,
  closeForeignGaps,
  endSession,
  openSession,
  recordCall,
  recordEvents,
  recordGap,
} from '../core/operations/session.js';
import { isAlive } from '../core/temp-folders.js';
import { startWatcher, type Watcher } from '../core/watcher/watcher.js';

const BEAT_MS = 5000;
const LOOK_MS = 1000;

/** One client's session: its row, its sign of life, its watcher. A failure to record one is logged and never read as nothing seen. */
export class Session {
  readonly id: string;
  readonly #ctx: Context;
  readonly #log: (line: string) => void;
  #watcher: Watcher | null = null;
  #beat: NodeJS.Timeout | undefined;
  #look: NodeJS.Timeout | undefined;

  constructor(ctx: Context, id: string, log: (line: string) => void) {
    this.#ctx = ctx;
    this.id = id;
    this.#log = log;
  }

  /** Starts watching. `onChange` is called when the ledger has grown, by whatever process. */
  start(client: string | null, onChange: () => void): void {
    openSession(this.#ctx, { id: this.id, pid: process.pid, client, isAlive });
    this.#watcher = startWatcher({
      root: this.#ctx.root,
      program: fileURLToPath(new URL('./watcher.js', programUrl())),
      node: process.execPath,
      onEvents: (events) => this.#try(() => recordEvents(this.#ctx, this.id, events)),
      onGap: (gap) => this.#try(() => recordGap(this.#ctx, this.id, gap)),
      onState: (state) => {
        if (state === 'watching') this.#try(() => closeForeignGaps(this.#ctx));
      },
    });
    this.#beat = setInterval(() => this.#try(() => beat(this.#ctx, this.id)), BEAT_MS);
    let known = this.#ctx.store.read.head()?.sequence;
    this.#look = setInterval(() => {
      const now = this.#ctx.store.read.head()?.sequence;
      if (now !== known) onChange();
      known = now;
    }, LOOK_MS);
    // What a killed server left; this session does not wait for it.
    void import('../core/process/abandoned.js')
      .then(({ removeAbandoned }) => removeAbandoned())
      .catch((error: unknown) => this.#log(`could not remove what was left behind: ${String(error)}`));
    this.#beat.unref();
    this.#look.unref();
  }

  /** Notes a call before it is carried out; `id` is the client's own where it gave one. */
  note(name: string, id: string | undefined): void {
    this.#watcher?.mark();
    recordCall(this.#ctx, this.id, { id: id ?? randomBytes(6).toString('hex'), name, at: this.#ctx.clock.now() });
  }

  async stop(): Promise<void> {
    clearInterval(this.#beat);
    clearInterval(this.#look);
    await this.#watcher?.stop();
    this.#try(() => endSession(this.#ctx, this.id));
  }

  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#log(`could not record what was observed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

// The bundle may have put this module into a chunk folder; the watcher's program lies beside the entry.
function programUrl(): URL {
  return new URL(import.meta.url.includes('/chunks/') ? '../' : './', import.meta.url);
}
