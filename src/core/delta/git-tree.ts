import { createHash } from 'node:crypto';
import { sortEntries } from './digest.js';
import { pathToBytes } from './path-bytes.js';

/** The hash that a repository names its objects with. */
export type ObjectFormat = 'sha1' | 'sha256';

/** One file of a tree as git names it: `blob` is the object id in hex (a commit id for mode 160000). */
export interface GitTreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly blob: string;
}

/** The id that git would give a blob of these bytes. */
export function gitBlobId(bytes: Uint8Array, format: ObjectFormat): string {
  return createHash(format).update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** The id that `git write-tree` would give these files, computed here. Paths must be a tree: none is another's folder. */
export function gitTreeId(entries: readonly GitTreeEntry[], format: ObjectFormat): string {
  // Full paths in byte order are in git's own order within every folder, since a folder's children continue with '/'.
  const files = sortEntries(entries).map((entry) => ({
    name: pathToBytes(entry.path).toString('latin1'),
    mode: entry.mode,
    id: Buffer.from(entry.blob, 'hex').toString('latin1'),
  }));
  return hashFolder(files, 0, files.length, 0, format);
}

function hashFolder(
  files: readonly { name: string; mode: string; id: string }[],
  from: number,
  to: number,
  prefix: number,
  format: ObjectFormat,
): string {
  let body = '';
  let at = from;
  while (at < to) {
    const file = files[at];
    if (file === undefined) break;
    const slash = file.name.indexOf('/', prefix);
    if (slash === -1) {
      body += `${file.mode} ${file.name.slice(prefix)}\0${file.id}`;
      at++;
      continue;
    }
    const folder = file.name.slice(0, slash + 1);
    let end = at + 1;
    while (end < to && files[end]?.name.startsWith(folder)) end++;
    const id = hashFolder(files, at, end, slash + 1, format);
    body += `40000 ${file.name.slice(prefix, slash)}\0${Buffer.from(id, 'hex').toString('latin1')}`;
    at = end;
  }
  return createHash(format).update(`tree ${body.length}\0${body}`, 'latin1').digest('hex');
}
