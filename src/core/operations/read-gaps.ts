import { findProjectGaps } from '../delta/project-gaps.js';
import type { Gap } from '../delta/timeline.js';
import type { StoreReader } from '../store-port.js';

/** When nobody watched the project between `since` and `now` (ISO times): a gap of one session counts only while no other watched. */
export function readGaps(read: StoreReader, since: string, now: string): Gap[] {
  const bySession = Map.groupBy(read.sessionGaps(), ({ session }) => session);
  const watches = read.sessions().map((session) => ({
    ...session,
    gaps: (bySession.get(session.id) ?? []).map(({ gap }) => gap),
  }));
  return findProjectGaps(watches, since, now);
}
