/** Something that the watcher saw. `path` is relative to the root with `/`; a byte that is no UTF-8 shows as U+FFFD; the root itself is `.`. */
export interface TimelineEvent {
  readonly path: string;
  readonly kind: 'created' | 'modified' | 'deleted';
  /** Of a deletion only `dir` is certain: what else is gone is reported as `file`. */
  readonly type: 'file' | 'dir' | 'link' | 'other';
  /** ISO 8601, UTC: when the watcher saw it, a moment after it happened. */
  readonly at: string;
}

/**
 * A time in which something may have happened unseen.
 * `starting`: before the first look was done; `stopped`: watching ended on request; `killed`: the watcher died and was
 * not back yet; `suspended`: it gave no sign of life; `limit`: the system refused to watch a folder; `overflow`: events
 * were dropped because nobody took them; `burst`: so many changes at once that the kernel may have dropped some.
 */
export interface Gap {
  readonly kind: 'starting' | 'stopped' | 'killed' | 'suspended' | 'limit' | 'overflow' | 'burst';
  readonly from: string;
  /** Null while it is open. */
  readonly to: string | null;
  readonly detail: string;
}

/** One call of the agent, as the ledger has it. */
export interface CallMark {
  readonly at: string;
  readonly name: string;
  readonly id: string;
}

export type PathTime =
  | {
      readonly seen: true;
      readonly path: string;
      readonly first: string;
      readonly last: string;
      /** The calls between which the last event fell; null where there is none on that side. */
      readonly between: { readonly before: CallMark | null; readonly after: CallMark | null };
    }
  | {
      readonly seen: false;
      readonly path: string;
      /** `left_out`: the watcher does not look there. `unseen`: it should have been seen. */
      readonly reason: 'left_out' | 'unseen';
      /** The gaps that could explain it; none for a path that is left out. */
      readonly gaps: readonly Gap[];
    };

/**
 * Says for every changed path when it was touched and between which two calls. Takes events, calls and gaps in any
 * order, all with ISO times; answers in the order of `changes`. A changed path without an event is said to be so.
 */
export function joinTimeline(input: {
  changes: readonly { readonly path: string }[];
  events: readonly TimelineEvent[];
  calls: readonly CallMark[];
  gaps: readonly Gap[];
}): PathTime[] {
  const calls = input.calls.toSorted((a, b) => compareTimes(a.at, b.at));
  const times = collectTimes(input.events);
  return input.changes.map(({ path }) => {
    const span = times.get(path);
    if (span !== undefined) return { seen: true, path, ...span, between: findCalls(calls, span.last) };
    if (!isWatched(path)) return { seen: false, path, reason: 'left_out', gaps: [] };
    return { seen: false, path, reason: 'unseen', gaps: input.gaps };
  });
}

function collectTimes(events: readonly TimelineEvent[]): Map<string, { first: string; last: string }> {
  const times = new Map<string, { first: string; last: string }>();
  for (const { path, at } of events) {
    const known = times.get(path);
    if (known === undefined) times.set(path, { first: at, last: at });
    else if (compareTimes(at, known.first) < 0) known.first = at;
    else if (compareTimes(at, known.last) > 0) known.last = at;
  }
  return times;
}

function findCalls(calls: readonly CallMark[], at: string): { before: CallMark | null; after: CallMark | null } {
  const after = calls.findIndex((call) => compareTimes(call.at, at) > 0);
  if (after === -1) return { before: calls.at(-1) ?? null, after: null };
  return { before: after === 0 ? null : (calls[after - 1] ?? null), after: calls[after] ?? null };
}

function compareTimes(a: string, b: string): number {
  return Date.parse(a) - Date.parse(b);
}

/** How far below a dependency folder the watcher looks: enough to see what is put there, too little to pay for what is installed. */
const DEPENDENCY_DEPTH = new Map([
  ['node_modules', 1],
  ['.venv', 2],
  ['venv', 2],
  ['.tox', 2],
]);
const CES_OWN = /^\.ces\/(state\.db|artifacts\/|exports\/|baseline\/|brownfield\/)/;
const GIT_FILES = new Set(['', 'config', 'config.worktree', 'HEAD', 'index', 'packed-refs']);
const GIT_FOLDERS = new Set(['hooks', 'info', 'refs']);

/**
 * Whether the watcher looks at this path (relative, with `/`). Left out: what lies deep in dependency folders, git's
 * objects, logs and locks, and CES's own records. The comparison of trees sees those too; only their time is unknown.
 */
export function isWatched(path: string): boolean {
  if (CES_OWN.test(path)) return false;
  const parts = path.split('/');
  for (const [index, part] of parts.entries()) {
    const depth = DEPENDENCY_DEPTH.get(part);
    if (depth !== undefined) return parts.length - index - 1 <= depth;
    if (part === '.git') return isWatchedInGit(parts.slice(index + 1));
  }
  return true;
}

function isWatchedInGit(parts: readonly string[]): boolean {
  if (parts.at(-1)?.endsWith('.lock')) return false;
  const [head = ''] = parts;
  if (head === 'modules' || head === 'worktrees') return !parts.includes('objects') && !parts.includes('logs');
  return GIT_FOLDERS.has(head) || (parts.length <= 1 && GIT_FILES.has(head));
}
