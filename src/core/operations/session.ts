import type { Gap, TimelineEvent } from '../delta/timeline.js';
import type { OperationContext } from '../ports.js';
import type { SessionRow, TimelineCall } from '../store-port.js';
import { endCutOff } from './cut-off.js';

/** A timeline of so many events is read in less than a second. */
const MAX_EVENTS = 100_000;

/** Opens a session of a client, ends those whose process is gone, and drops what was seen before the newest manifest was drafted: nobody asks for it. */
export function openSession(
  ctx: OperationContext,
  input: { id: string; pid: number; client: string | null; isAlive: (pid: number) => boolean },
): void {
  const at = ctx.clock.now();
  const row: SessionRow = {
    id: input.id,
    pid: input.pid,
    client: input.client,
    startedAt: at,
    heartbeatAt: at,
    endedAt: null,
  };
  ctx.store.transact((tx) => {
    for (const other of tx.sessions()) {
      if (other.endedAt === null && !input.isAlive(other.pid)) endCutOff(ctx, tx, other, at);
    }
    tx.saveSession(row);
    tx.forgetTimeline({ before: tx.manifests()[0]?.manifest.created_at ?? '', maxEvents: Number.MAX_SAFE_INTEGER });
    tx.append(
      {
        type: 'session.started',
        ...ctx.caller,
        summary: `${input.id}: ${input.client ?? 'unnamed client'}`,
        body: { session_id: input.id, client: input.client },
      },
      at,
    );
  });
}

/** A sign of life. */
export function beat(ctx: OperationContext, id: string): void {
  ctx.store.transact((tx) => {
    const row = tx.session(id);
    if (row !== null && row.endedAt === null) tx.saveSession({ ...row, heartbeatAt: ctx.clock.now() });
  });
}

/** Ends a session as its client does. */
export function endSession(ctx: OperationContext, id: string): void {
  const at = ctx.clock.now();
  ctx.store.transact((tx) => {
    const row = tx.session(id);
    if (row === null || row.endedAt !== null) return;
    tx.saveSession({ ...row, heartbeatAt: at, endedAt: at });
    tx.append({ type: 'session.ended', ...ctx.caller, summary: `${id} ended`, body: { session_id: id } }, at);
  });
}

/** Keeps what a watcher saw. Beyond `maxEvents` the oldest of all that is kept is dropped, and that time is a gap. */
export function recordEvents(
  ctx: OperationContext,
  session: string,
  events: readonly TimelineEvent[],
  maxEvents = MAX_EVENTS,
): void {
  ctx.store.transact((tx) => {
    tx.addEvents(session, events);
    for (const forgotten of tx.forgetTimeline({ before: '', maxEvents })) {
      // A moment more: what happened at the very moment of the last one was dropped as well.
      const to = new Date(Date.parse(forgotten.to) + 1).toISOString();
      const detail = `more than ${maxEvents} events were to be kept`;
      tx.saveGap(forgotten.session, { kind: 'overflow', from: forgotten.from, to, detail });
    }
  });
}

/** Keeps a time in which a watcher saw nothing; a gap that is not the ordinary start is an entry of the ledger too. */
export function recordGap(ctx: OperationContext, session: string, gap: Gap): void {
  ctx.store.transact((tx) => {
    tx.saveGap(session, gap);
    if (gap.to === null && gap.kind !== 'starting')
      tx.append(
        {
          type: 'watch.gap',
          ...ctx.caller,
          summary: `${gap.kind} from ${gap.from}`,
          body: { session_id: session, kind: gap.kind, from: gap.from, detail: gap.detail },
        },
        ctx.clock.now(),
      );
  });
}

/** Once somebody watches again, the gaps that ended sessions left open are over. */
export function closeForeignGaps(ctx: OperationContext): void {
  const now = ctx.clock.now();
  ctx.store.transact((tx) => {
    for (const { session, gap } of tx.sessionGaps()) {
      if (gap.to === null && tx.session(session)?.endedAt != null) tx.saveGap(session, { ...gap, to: now });
    }
  });
}

/** Notes a call of one of CES's tools: the posts between which changes fall. What the call does is what it waits for. */
export function recordCall(ctx: OperationContext, session: string, call: TimelineCall): void {
  ctx.store.transactLazily((tx) => tx.addCall(session, call));
}
