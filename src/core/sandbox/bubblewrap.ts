import { existsSync } from 'node:fs';
import type { Sandbox, SandboxView } from '../ports.js';
import { findHiddenPaths, type HiddenPath, showPrograms } from './hidden-paths.js';

/** Fixed places only: a `bwrap` found on PATH could be one that the workspace brought along. */
const PLACES = ['/usr/bin/bwrap', '/usr/local/bin/bwrap', '/bin/bwrap', '/run/current-system/sw/bin/bwrap'];

/** The bubblewrap of this machine, or null. Whether it works is for a probe to say. */
export function findBubblewrap(): Sandbox | null {
  const program = PLACES.find((path) => existsSync(path));
  if (program === undefined) return null;
  return {
    containment: 'bubblewrap',
    wrap(argv, view) {
      const hidden = findHiddenPaths(view);
      return [program, ...bubblewrapArgs(showPrograms(view, hidden), hidden), '--', ...argv];
    },
  };
}

/**
 * Arguments of bwrap: everything read-only, what is hidden empty, namespaces of its own without network, capabilities dropped.
 * No --new-session: the caller has made one already, and so the namespace's init stays in the caller's process group,
 * which is gone only when every process in the namespace is.
 */
export function bubblewrapArgs(view: SandboxView, hidden: readonly HiddenPath[]): readonly string[] {
  const hide = (entry: HiddenPath): readonly string[] =>
    entry.kind === 'folder' ? ['--tmpfs', entry.path] : ['--ro-bind', '/dev/null', entry.path];
  const inWritable = (entry: HiddenPath): boolean => view.writable.some((folder) => isWithin(entry.path, folder));
  return [
    ...['--unshare-all', '--die-with-parent', '--cap-drop', 'ALL'],
    ...['--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev'],
    ...hidden.filter((entry) => !inWritable(entry)).flatMap(hide),
    ...['/run/current-system', '/run/wrappers'].flatMap((path) => ['--ro-bind-try', path, path]),
    ...view.readable.flatMap((path) => ['--ro-bind', path, path]),
    ...view.writable.flatMap((path) => ['--bind', path, path]),
    ...hidden.filter(inWritable).flatMap(hide),
    ...(view.writable.includes(view.root) ? ['--ro-bind-try', `${view.root}/.git`, `${view.root}/.git`] : []),
    ...['--chdir', view.cwd],
  ];
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
