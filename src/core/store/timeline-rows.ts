import type { Statement } from 'better-sqlite3';
import type { TimelineEvent } from '../delta/timeline.js';
import type { ForgottenEvents } from '../store-port.js';

type Prepare = (sql: string) => Statement<unknown[]>;

/** Of a path that changes a thousand times between two calls, the first and the last event say all that is asked of them. */
export function addEvents(prepare: Prepare, session: string, events: readonly TimelineEvent[]): void {
  const call = prepare("SELECT id FROM timeline WHERE kind = 'call' ORDER BY at DESC, id DESC LIMIT 1").pluck().get();
  const addFirst = prepare(
    "INSERT INTO timeline (session, kind, at, key, body) VALUES (?, 'event', ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const addLast = prepare(
    `INSERT INTO timeline (session, kind, at, key, body) VALUES (?, 'event', ?, ?, ?)
       ON CONFLICT (session, kind, key) WHERE key IS NOT NULL DO UPDATE SET at = excluded.at, body = excluded.body`,
  );
  for (const event of events) {
    const key = `${String(call ?? 0)} ${event.path}`;
    const body = JSON.stringify(event);
    if (addFirst.run(session, event.at, `first ${key}`, body).changes === 0)
      addLast.run(session, event.at, `last ${key}`, body);
  }
}

/** Drops what no question can be about any more, and the oldest tenth of the events where there are too many. */
export function forgetTimeline(
  prepare: Prepare,
  { before, maxEvents }: { before: string; maxEvents: number },
): readonly ForgottenEvents[] {
  prepare("DELETE FROM timeline WHERE kind = 'event' AND at < ?").run(before);
  prepare("DELETE FROM timeline WHERE kind = 'gap' AND at < ? AND json_extract(body, '$.to') < ?").run(before, before);
  // The last call before stays: it is the one after which the first changes were made.
  prepare(
    `DELETE FROM timeline WHERE kind = 'call'
       AND at < (SELECT max(at) FROM timeline WHERE kind = 'call' AND at < ?)`,
  ).run(before);
  const nth = prepare("SELECT at FROM timeline WHERE kind = 'event' ORDER BY at DESC LIMIT 1 OFFSET ?").pluck();
  if (nth.get(maxEvents) === undefined) return [];
  const oldest = nth.get(Math.floor(maxEvents * 0.9));
  const forgotten = prepare(
    `SELECT session, min(at) AS "from", max(at) AS "to" FROM timeline WHERE kind = 'event' AND at <= ? GROUP BY session`,
  ).all(oldest);
  prepare("DELETE FROM timeline WHERE kind = 'event' AND at <= ?").run(oldest);
  return forgotten.flatMap((row) => (isForgotten(row) ? [row] : []));
}

function isForgotten(row: unknown): row is ForgottenEvents {
  return typeof row === 'object' && row !== null && 'session' in row && 'from' in row && 'to' in row;
}
