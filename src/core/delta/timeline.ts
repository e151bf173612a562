/** Something that the watcher saw. `path` is relative to the root with `/`; a byte that is no UTF-8 shows as U+FFFD; the root itself is `.`. */
export interface TimelineEvent {
  readonly path: string;
  readonly kind: 'created' | 'modified' | 'deleted';
  /** Of a deletion only `dir` is certain: what else is gone is reported as `file`. */
  readonly type: 'file' | 'dir' | 'link' | 'other';
  /** ISO 8601, UTC: by then it had happened. */
  readonly at: string;
  /** Up to then it had not happened yet; without it, it happened at that time. Milliseconds before, unless the watcher was held up. */
  readonly since?: string;
}

/**
 * A time in which something may have happened unseen.
 * `starting`: before the first look was done; `stopped`: nobody watched, or watching ended on request; `killed`: the watcher
 * or its server died and was not back yet; `suspended`: it gave no sign of life; `limit`: the system refused to watch a
 * folder; `overflow`: events were dropped because nobody took them, or because too many were kept; `burst`: so many changes
 * at once that the kernel may have dropped some; `mount`: other folders came to stand in the place of the watched ones;
 * `unrecorded`: just now, so that what was seen may not be recorded yet.
 */
export interface Gap {
  readonly kind:
    | 'starting'
    | 'stopped'
    | 'killed'
    | 'suspended'
    | 'limit'
    | 'overflow'
    | 'burst'
    | 'mount'
    | 'unrecorded';
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
      /** Gaps after the last event, in which it may have changed again; absent where there are none. */
      readonly gaps?: readonly Gap[];
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
  const spans = collectSpans(input.events);
  return input.changes.map(({ path }) => {
    const span = spans.get(path);
    if (span !== undefined) return describeSpan(path, span, calls, input.gaps);
    if (!isWatched(path)) return { seen: false, path, reason: 'left_out', gaps: [] };
    return { seen: false, path, reason: 'unseen', gaps: input.gaps };
  });
}

interface Span {
  first: string;
  last: string;
  /** Up to when the last event had not happened yet. */
  since: string;
}

function collectSpans(events: readonly TimelineEvent[]): Map<string, Span> {
  const spans = new Map<string, Span>();
  for (const { path, at, since = at } of events) {
    const known = spans.get(path);
    if (known === undefined) {
      spans.set(path, { first: at, last: at, since });
      continue;
    }
    if (compareTimes(at, known.first) < 0) known.first = at;
    if (compareTimes(at, known.last) > 0) Object.assign(known, { last: at, since });
  }
  return spans;
}

function describeSpan(path: string, span: Span, calls: readonly CallMark[], gaps: readonly Gap[]): PathTime {
  const { first, last, since } = span;
  const after = calls.find((call) => compareTimes(call.at, last) > 0) ?? null;
  const before = calls.findLast((call) => compareTimes(call.at, since) <= 0) ?? null;
  const later = gaps.filter((gap) => gap.kind !== 'unrecorded' && (gap.to === null || compareTimes(gap.to, last) > 0));
  const seen = { seen: true as const, path, first, last, between: { before, after } };
  return later.length === 0 ? seen : { ...seen, gaps: later };
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
