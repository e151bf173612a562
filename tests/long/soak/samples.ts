import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { findDescendants } from '../../support/processes.js';

/** What a server takes from its machine, with all that it started. */
export interface Sample {
  readonly atMs: number;
  readonly rssMb: number;
  /** null where there is no /proc. */
  readonly handles: number | null;
  readonly processes: number;
  readonly temporaries: number;
}

/** Looks at a server, its descendants, and the folder for temporary files. */
export function takeSample(pid: number, tempFolder: string, startedAt: number): Sample {
  const pids = [pid, ...findDescendants(pid).map((entry) => entry.pid)];
  return {
    atMs: Math.round(performance.now() - startedAt),
    rssMb: pids.reduce((sum, each) => sum + readRss(each), 0),
    handles: existsSync('/proc/self/fd') ? pids.reduce((sum, each) => sum + countHandles(each), 0) : null,
    processes: pids.length,
    temporaries: readdirSync(tempFolder).length,
  };
}

function readRss(pid: number): number {
  try {
    const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Math.round(Number(kb ?? 0) / 1024);
  } catch {
    return 0; // it ended meanwhile
  }
}

function countHandles(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

/** How much the median of the last third may lie above that of the first. A server that leaks for an hour goes far past it. */
const BOUNDS = { rssMb: 60, handles: 8, processes: 2, temporaries: 4 } as const;

export interface Drift {
  readonly what: string;
  readonly first: number;
  readonly last: number;
  readonly bound: number;
  readonly flat: boolean;
}

/** Holds the last third of the samples against the first. */
export function judgeSamples(samples: readonly Sample[]): readonly Drift[] {
  const third = Math.max(1, Math.floor(samples.length / 3));
  const drift = (what: keyof typeof BOUNDS): Drift => {
    const first = median(samples.slice(0, third).map((sample) => sample[what] ?? 0));
    const last = median(samples.slice(-third).map((sample) => sample[what] ?? 0));
    return { what, first, last, bound: BOUNDS[what], flat: last - first <= BOUNDS[what] };
  };
  return [drift('rssMb'), drift('handles'), drift('processes'), drift('temporaries')];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
