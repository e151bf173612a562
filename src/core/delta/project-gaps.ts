import type { Gap } from './timeline.js';

/** A session's watch, as its row and its gaps tell it; ISO times. */
export interface SessionWatch {
  readonly startedAt: string;
  readonly heartbeatAt: string;
  /** Null while it runs, as far as is known. */
  readonly endedAt: string | null;
  readonly gaps: readonly Gap[];
}

/** Longer than what was seen waits to be recorded; and how long a session without a sign of life is taken for alive. */
const UNRECORDED_MS = 10_000;
const SILENT_MS = 15_000;

interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * When nobody watched the project, between `since` and `now`. Each session watches the same folders, so a gap of one is a
 * gap of the project only as far as no other session watched meanwhile; and a time without any session is one. Every moment
 * is either watched or in a gap of the answer, oldest first. A gap that is not over has no end.
 */
export function findProjectGaps(sessions: readonly SessionWatch[], since: string, now: string): Gap[] {
  const whole = { from: Date.parse(since), to: Date.parse(now) };
  const watched = sessions.flatMap((session) => watchedSpans(session, whole.to));
  const known = sessions.flatMap((session) => [...session.gaps, ...silenceOf(session, whole.to)]);
  return subtract([whole], watched).flatMap((span) => nameGaps(span, known, whole.to));
}

/** The time of which nobody can say yet that nothing was seen: a server may have died in it unnoticed. */
export function findUnrecorded(now: string): Gap {
  const from = new Date(Date.parse(now) - SILENT_MS - UNRECORDED_MS).toISOString();
  return { kind: 'unrecorded', from, to: null, detail: 'what was seen may not be recorded yet' };
}

function watchedSpans(session: SessionWatch, now: number): Span[] {
  const to = watchedUntil(session, now);
  return subtract(
    [{ from: Date.parse(session.startedAt), to }],
    session.gaps.map((gap) => spanOf(gap, Number.POSITIVE_INFINITY)),
  );
}

function watchedUntil({ heartbeatAt, endedAt }: SessionWatch, now: number): number {
  const beat = Date.parse(heartbeatAt);
  if (endedAt !== null && Date.parse(endedAt) <= beat) return beat; // it ended itself, and handed over everything
  if (endedAt === null && now - beat <= SILENT_MS) return now;
  return beat - UNRECORDED_MS;
}

function silenceOf(session: SessionWatch, now: number): Gap[] {
  const until = watchedUntil(session, now);
  if (until >= Date.parse(session.heartbeatAt)) return [];
  // What follows the last sign of life of an ended session is a gap of its own already.
  const to = session.endedAt === null ? null : session.heartbeatAt;
  return [{ kind: 'killed', from: new Date(until).toISOString(), to, detail: 'the server gave no sign of life' }];
}

// Every part of the span gets a name: those of the gaps that are known there, else that there was no session.
function nameGaps(span: Span, known: readonly Gap[], now: number): Gap[] {
  const named = known.flatMap((gap) => {
    const own = spanOf(gap, now);
    const part = { from: Math.max(own.from, span.from), to: Math.min(own.to, span.to) };
    return part.from < part.to ? [{ ...gap, ...part }] : [];
  });
  const rest = subtract([span], named).map((part) => ({
    ...part,
    kind: 'stopped' as const,
    detail: 'no session was there to watch',
  }));
  return [...named, ...rest]
    .toSorted((a, b) => a.from - b.from)
    .map(({ kind, from, to, detail }) => ({
      kind,
      from: new Date(from).toISOString(),
      to: to >= now ? null : new Date(to).toISOString(),
      detail,
    }));
}

function subtract(spans: readonly Span[], less: readonly Span[]): Span[] {
  return less
    .reduce<readonly Span[]>(
      (left, gone) =>
        left.flatMap((span) =>
          [
            { from: span.from, to: Math.min(span.to, gone.from) },
            { from: Math.max(span.from, gone.to), to: span.to },
          ].filter(({ from, to }) => from < to),
        ),
      spans.filter(({ from, to }) => from < to),
    )
    .slice();
}

function spanOf(gap: Gap, open: number): Span {
  return { from: Date.parse(gap.from), to: gap.to === null ? open : Date.parse(gap.to) };
}
