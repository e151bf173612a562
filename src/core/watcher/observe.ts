import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { watch } from 'chokidar';
import { isWatched, type TimelineEvent } from '../delta/timeline.js';
import { type Seen, timesOf } from './event-times.js';
import type { Pulse } from './pulse.js';
import { Settling } from './settling.js';

type Kind = TimelineEvent['kind'];
const KINDS = new Map<string, Kind>([
  ['add', 'created'],
  ['addDir', 'created'],
  ['change', 'modified'],
  ['unlink', 'deleted'],
  ['unlinkDir', 'deleted'],
]);

export interface Observer {
  onReady(): void;
  onEvent(event: TimelineEvent): void;
  /** Every notification of the system, before anything is left out or joined. */
  onNotification(): void;
  onError(error: Error): void;
}

export interface Observation {
  /** True when everything that arrived has been reported. */
  isQuiet(): boolean;
  /** Reports what is held, and ends. */
  close(): Promise<void>;
}

/**
 * Watches everything under an absolute root that the timeline holds. chokidar leaves out a mode change of a file that
 * it has seen being created, mode changes of folders, a path that turns from file to folder at once, a file that is
 * made and removed at once, and names that are no UTF-8: each notification is therefore looked at again once it settled.
 */
export function observe(root: string, pulse: Pulse, observer: Observer): Observation {
  const toPath = (absolute: string) => relative(root, absolute).split(sep).join('/') || '.';
  const watcher = watch(root, {
    ignored: (absolute) => !isWatched(toPath(absolute)),
    ignoreInitial: true,
    followSymlinks: false,
    atomic: false,
    alwaysStat: false,
  });

  const report = (absolute: string, kind: Kind, type: TimelineEvent['type'], seen: Seen, stats: Stats | null) =>
    observer.onEvent({ path: toPath(absolute), kind, type, ...timesOf(seen, stats) });

  const settling: Settling = new Settling(async (notice) => {
    const { absolute, watched, since, latest } = notice;
    const seen = { since, by: latest };
    const stats = await readStats(absolute);
    if (stats === null && basename(absolute) === basename(watched)) return; // a folder's word about itself, named like a child
    if (stats === null && absolute.includes('\uFFFD')) return report(absolute, 'modified', 'other', seen, null);
    if (!settling.note(absolute, stats)) return;
    if (stats === null) return report(absolute, 'deleted', 'file', seen, null);
    report(absolute, 'modified', typeOf(stats), seen, stats);
    // A folder in the place of a file has no watch yet. Where there is one this does nothing; macOS watches the whole root.
    if (stats.isDirectory() && process.platform !== 'darwin') watcher.add(absolute);
  });

  watcher.on('all', (name, absolute, stats) => {
    const kind = KINDS.get(name);
    if (kind === undefined) return;
    const seen = settling.seenOf(absolute, pulse.arrivedUntil());
    settling.noteReported(absolute, stats ?? null);
    const gone = name.endsWith('Dir') ? 'dir' : 'file';
    report(absolute, kind, stats === undefined ? gone : typeOf(stats), seen, stats ?? null);
  });
  watcher.on('raw', (_name, changed, details) => {
    observer.onNotification();
    const watched = watchedPathOf(details);
    if (typeof changed !== 'string' || changed === '' || watched === null) return;
    const absolute = join(watched, changed);
    if (isWatched(toPath(absolute))) settling.add(absolute, watched, pulse.arrivedUntil());
  });
  watcher.on('error', (error) => observer.onError(error instanceof Error ? error : new Error(String(error))));
  watcher.on('ready', () => observer.onReady());

  return {
    isQuiet: () => settling.isQuiet(),
    async close() {
      await settling.finish();
      await watcher.close();
    },
  };
}

function watchedPathOf(details: unknown): string | null {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) return null;
  return typeof details.watchedPath === 'string' ? details.watchedPath : null;
}

async function readStats(absolute: string): Promise<Stats | null> {
  try {
    return await lstat(absolute);
  } catch {
    return null; // gone, or its folder can't be entered: in both cases no longer to be seen here
  }
}

function typeOf(stats: Stats): TimelineEvent['type'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'dir';
  return stats.isSymbolicLink() ? 'link' : 'other';
}
