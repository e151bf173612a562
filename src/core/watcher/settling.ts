import type { Stats } from 'node:fs';

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
  /** Milliseconds: the first notice since the last look, and the latest. */
  readonly first: number;
  readonly latest: number;
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

  add(absolute: string, watched: string): void {
    const latest = Date.now();
    this.#activeAt = latest;
    this.#pending.set(absolute, { absolute, watched, first: this.#pending.get(absolute)?.first ?? latest, latest });
    if (this.#timer === null) this.#schedule();
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
