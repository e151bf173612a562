import type { Stats } from 'node:fs';
import type { TimelineEvent } from '../delta/timeline.js';

/** A process that is well is told of a change so soon after it. */
const LATE_MS = 250;
/** The kernel stamps files by a clock that stands still for so long. */
const CLOCK_MS = 10;

/** Milliseconds: up to when something had not happened yet, when a notification of it came, and by when it had happened. */
export interface Seen {
  readonly since: number;
  readonly noticed: number;
  readonly by: number;
}

/**
 * The times of an event: the change time of what is there where that lies within what is known; else by when it had
 * happened, with `since` where that is not the moment of a prompt notification. A folder's change time is that of its contents.
 */
export function timesOf({ since, noticed, by }: Seen, stats: Stats | null): Pick<TimelineEvent, 'at' | 'since'> {
  const changed = stats === null || stats.isDirectory() ? null : stats.ctimeMs;
  if (changed !== null && changed >= since && changed <= by) return { at: toTime(Math.min(by, changed + CLOCK_MS)) };
  const earliest = noticed - since > LATE_MS ? since : noticed;
  return earliest < by ? { at: toTime(by), since: toTime(earliest) } : { at: toTime(by) };
}

function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
