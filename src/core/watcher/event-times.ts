import type { Stats } from 'node:fs';
import type { TimelineEvent } from '../delta/timeline.js';

/** The kernel stamps files by a clock that stands still for so long. */
const CLOCK_MS = 10;

/** Milliseconds: up to when something had not happened yet, and by when it had. */
export interface Seen {
  readonly since: number;
  readonly by: number;
}

/** The times of an event, narrowed by the change time of what is there. That of a folder is its contents', and says nothing. */
export function timesOf({ since, by }: Seen, stats: Stats | null): Pick<TimelineEvent, 'at' | 'since'> {
  const changed = stats === null || stats.isDirectory() ? null : stats.ctimeMs;
  if (changed === null || changed < since - CLOCK_MS || changed > by) return { at: toTime(by), since: toTime(since) };
  return { at: toTime(Math.min(by, changed + CLOCK_MS)), since: toTime(Math.max(since, changed)) };
}

function toTime(milliseconds: number): string {
  return new Date(Math.floor(milliseconds)).toISOString();
}
