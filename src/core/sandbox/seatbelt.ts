import { existsSync } from 'node:fs';
import type { Sandbox, SandboxView } from '../ports.js';
import { findHiddenPaths, type HiddenPath, showPrograms } from './hidden-paths.js';

const PROGRAM = '/usr/bin/sandbox-exec';

/** macOS's sandbox-exec, or null elsewhere. Written from its documentation and not yet tried on a Mac: believed only after its probe. */
export function findSeatbelt(): Sandbox | null {
  if (process.platform !== 'darwin' || !existsSync(PROGRAM)) return null;
  return {
    containment: 'seatbelt',
    wrap(argv, view) {
      const hidden = findHiddenPaths(view);
      return [PROGRAM, '-p', seatbeltProfile(showPrograms(view, hidden), hidden), ...argv];
    },
  };
}

/** The profile's text: no network, not even loopback; writing in the view's folders only; hidden paths unreadable. Later rules win. */
export function seatbeltProfile(view: SandboxView, hidden: readonly HiddenPath[]): string {
  const rule = (verdict: 'allow' | 'deny', action: string, paths: readonly string[]): readonly string[] =>
    paths.map((path) => `(${verdict} ${action} (subpath ${quote(path)}))`);
  const isInWritable = (path: string): boolean => view.writable.some((folder) => path.startsWith(`${folder}/`));
  const paths = hidden.map((entry) => entry.path);
  return [
    '(version 1)',
    '(allow default)',
    '(deny network*)',
    '(deny file-write*)',
    '(allow file-write* (literal "/dev/null") (literal "/dev/zero") (literal "/dev/dtracehelper") (literal "/dev/tty"))',
    ...rule(
      'deny',
      'file-read*',
      paths.filter((path) => !isInWritable(path)),
    ),
    ...rule('allow', 'file-read*', view.readable),
    ...rule('allow', 'file-read* file-write*', view.writable),
    ...rule('deny', 'file-read* file-write*', paths.filter(isInWritable)),
    ...(view.writable.includes(view.root) ? rule('deny', 'file-write*', [`${view.root}/.git`]) : []),
  ].join('\n');
}

function quote(path: string): string {
  return `"${path.replace(/[\\"]/g, '\\$&')}"`;
}
