import type { Arg } from './word.js';

/** Absolute folders on the machine that a command may name. Without `root`, absolute paths count as outside. */
export interface Places {
  readonly root?: string | undefined;
  readonly home?: string | undefined;
  /** Temporary folders beside the usual ones. */
  readonly temp?: readonly string[] | undefined;
}

/** Where a path is: below the root (relative to it, `.` is the root), in a temporary folder, a device, elsewhere. */
export interface Place {
  readonly kind: 'inside' | 'temp' | 'device' | 'network' | 'outside';
  readonly path: string;
}

const TEMP_FOLDERS = ['/tmp', '/private/tmp', '/var/tmp'];
const DEVICE = /^\/dev\/(?:null|zero|full|tty|stdin|stdout|stderr|fd\/\d+)$/;

/** Stands for `$TMPDIR` where its value is not known. */
export const TEMP_VARIABLE = '/tmp/$TMPDIR';

/** Places an exact argument. `cwd` is relative to the root, or absolute where it lies outside. */
export function placePath(arg: Arg, cwd: string, places: Places): Place {
  const text = arg.home ? `${places.home ?? '/~'}${arg.text.slice(1)}` : arg.text;
  // `~user` is somebody's home, never ours.
  if (arg.home && !/^~(?:\/|$)/.test(arg.text)) return { kind: 'outside', path: arg.text };
  if (text.startsWith('/')) return placeAbsolute(text, places);
  if (cwd.startsWith('/')) return placeAbsolute(`${cwd}/${text}`, places);
  if (places.root !== undefined) return placeAbsolute(`${places.root}/${cwd}/${text}`, places);
  const path = normalise(`${cwd}/${text}`);
  return { kind: path === '..' || path.startsWith('../') ? 'outside' : 'inside', path };
}

function placeAbsolute(text: string, places: Places): Place {
  const path = normalise(text);
  if (places.root !== undefined) {
    const root = normalise(places.root);
    if (path === root) return { kind: 'inside', path: '.' };
    if (isBelow(path, root)) return { kind: 'inside', path: path.slice(root === '/' ? 1 : root.length + 1) };
  }
  if (DEVICE.test(path)) return { kind: 'device', path };
  if (/^\/dev\/(?:tcp|udp)\//.test(path)) return { kind: 'network', path };
  const temp = [...TEMP_FOLDERS, ...(places.temp ?? [])];
  return { kind: temp.some((folder) => isBelow(path, normalise(folder))) ? 'temp' : 'outside', path };
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

function normalise(text: string): string {
  const absolute = text.startsWith('/');
  const kept: string[] = [];
  for (const segment of text.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') kept.push(segment);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!absolute) kept.push('..');
  }
  if (absolute) return `/${kept.join('/')}`;
  return kept.length === 0 ? '.' : kept.join('/');
}
