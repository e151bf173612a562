import type { Gap } from '../delta/timeline.js';

/**
 * Keeps which gaps are open. `onGap` is called when a gap opens (`to: null`) and again when it closes, with the same
 * kind, from and detail: those three are its identity.
 */
export class GapBook {
  readonly #onGap: (gap: Gap) => void;
  readonly #gaps: Gap[] = [];

  constructor(onGap: (gap: Gap) => void) {
    this.#onGap = onGap;
  }

  /** Every gap so far, oldest first. */
  list(): readonly Gap[] {
    return [...this.#gaps];
  }

  /** Opens a gap; one of the same kind and detail that is open already goes on. */
  open(kind: Gap['kind'], from: string, detail: string): void {
    if (this.#gaps.some((gap) => gap.to === null && gap.kind === kind && gap.detail === detail)) return;
    const gap = { kind, from, to: null, detail };
    this.#gaps.push(gap);
    this.#onGap(gap);
  }

  /** Closes every open gap of these kinds. */
  close(kinds: readonly Gap['kind'][], to: string): void {
    for (const [index, gap] of this.#gaps.entries()) {
      if (gap.to !== null || !kinds.includes(gap.kind)) continue;
      const closed = { ...gap, to };
      this.#gaps[index] = closed;
      this.#onGap(closed);
    }
  }
}
