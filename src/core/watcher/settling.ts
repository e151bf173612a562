import type { Stats } from 'node:fs';
import type { Seen } from './event-times.js';

const TICK_MS = 100;
/** Longer than chokidar holds repeated changes back (50 ms), so that what it reports itself is not told twice. */
const QUIET_MS = 250;
/** Under lasting activity nothing ever is quiet. */
const MAX_AGE_MS = 5000;
const MAX_NOTED = 20_000;

export interface Notice {
  readonly absolute: string;
  /** The folder whose watch gave notice. */
  readonly watched: string;
  /** Milliseconds: the first notice since the last look, the latest, and up to when that one's change had not happened yet. */
  readonly first: number;
  readonly latest: number;
  readonly since: number;
}

/** Holds paths until it is quiet after their notification, then has each looked at; and remembers how a path was last reported. */
export class Settling {
  readonly #look: (notice: Notice) => Promise<void>;
  readonly #pending = new Map<string, Notice>();
  readonly #noted = new Map<string, string>();
  #timer: NodeJS.Timeout | null = null;
  #activeAt = 0;

  constructor(look: (notice: Notice) => Promise<void>) {
    this.#look = look;
  }

  add(absolute: string, watched: string, since: number): void {
    const latest = Date.now();
    this.#activeAt = latest;
    const first = this.#pending.get(absolute)?.first ?? latest;
    this.#pending.set(absolute, { absolute, watched, first, latest, since });
    if (this.#timer === null) this.#schedule();
  }

  /** When a path that is reported now was noticed; one without a notice of its own was found in a folder that had one. */
  seenOf(absolute: string, arrivedUntil: number): Seen {
    const by = Date.now();
    const own = this.#pending.get(absolute);
    if (own !== undefined) return { since: own.since, by };
    const [oldest] = this.#pending.values();
    return { since: Math.min(oldest?.since ?? arrivedUntil, arrivedUntil), by };
  }

  /** True when nothing is held and nothing was reported a moment ago. */
  isQuiet(): boolean {
    return this.#pending.size === 0 && Date.now() - this.#activeAt >= QUIET_MS;
  }

  /** Remembers what was reported by other means. */
  noteReported(absolute: string, stats: Stats | null): void {
    this.#activeAt = Date.now();
    this.note(absolute, stats);
  }

  /** Remembers how a path looks now (null: gone); false where it was last reported just so. */
  note(absolute: string, stats: Stats | null): boolean {
    const look = describe(stats);
    const isNew = this.#noted.get(absolute) !== look;
    this.#noted.delete(absolute);
    this.#noted.set(absolute, look);
    if (this.#noted.size > MAX_NOTED) {
      const [oldest] = this.#noted.keys();
      if (oldest !== undefined) this.#noted.delete(oldest);
    }
    return isNew;
  }

  /** Looks at everything that is held, now. */
  async finish(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#lookAt(0);
  }

  #schedule(): void {
    const due = Date.now() + TICK_MS;
    this.#timer = setTimeout(() => this.#tick(due), TICK_MS);
  }

  async #tick(due: number): Promise<void> {
    const now = Date.now();
    const isBehind = now - due > TICK_MS; // the loop was busy: chokidar had no chance to report either
    await this.#lookAt(!isBehind && now - this.#activeAt >= QUIET_MS ? 0 : MAX_AGE_MS);
    this.#timer = null;
    if (this.#pending.size > 0) this.#schedule();
  }

  async #lookAt(ageMs: number): Promise<void> {
    const now = Date.now();
    for (const notice of [...this.#pending.values()]) {
      if (now - notice.first < ageMs) break; // they stand in the order of their first notice
      this.#pending.delete(notice.absolute);
      await this.#look(notice);
    }
  }
}

/** A folder's change time moves with its contents, which are reported themselves. */
function describe(stats: Stats | null): string {
  if (stats === null) return 'gone';
  return stats.isDirectory() ? `${stats.ino} ${stats.mode}` : `${stats.ino} ${stats.mode} ${stats.ctimeMs}`;
}
