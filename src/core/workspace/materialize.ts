import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { CandidateTree, TreeEntry } from '../delta/tree.js';
import { CesError } from '../errors.js';
import { lfsPointer } from './conversion.js';
import { createBreather, fsPath, systemCode } from './file-system.js';
import { assertInside } from './safe-path.js';

/** Bytes by digest from somewhere other than the working files, in one go; what it lacks is left out. */
export type LoadMissing = (entries: readonly TreeEntry[]) => Promise<ReadonlyMap<string, Buffer>>;

/**
 * Writes a tree's exact bytes, modes and links into an empty folder. Every digest is checked while copying; refuses with
 * `conflict` what is no longer as the tree says, and with `unreadable_workspace` what no folder can hold.
 */
export async function materializeTree(
  root: string,
  tree: CandidateTree,
  into: string,
  loadMissing: LoadMissing,
): Promise<void> {
  mkdirSync(into, { recursive: true });
  if (readdirSync(into).length > 0) {
    throw new CesError('conflict', `${into} is not empty`, 'Give a new folder');
  }
  const breathe = createBreather();
  const missing: TreeEntry[] = [];
  const links: { entry: TreeEntry; target: Buffer }[] = [];

  function put(entry: TreeEntry, bytes: Buffer): void {
    if (entry.mode === '120000') links.push({ entry, target: bytes });
    else writeEntry(into, entry, bytes);
  }

  for (const entry of tree.entries) {
    assertWritable(entry);
    if (entry.mode === '160000') mkdirSync(fsPath(`${into}/${entry.path}`), { recursive: true });
    else {
      const bytes = readMatching(root, entry);
      if (bytes === null) missing.push(entry);
      else put(entry, bytes);
    }
    await breathe();
  }
  const loaded = missing.length === 0 ? new Map<string, Buffer>() : await loadMissing(missing);
  for (const entry of missing) {
    const bytes = loaded.get(entry.sha256);
    if (bytes === undefined || sha256Of(bytes) !== entry.sha256) {
      throw new CesError('conflict', `${entry.path} is no longer as it was`, 'Look again (`ces status`) and repeat');
    }
    put(entry, bytes);
  }
  // Links come last: while files are written, no folder on the way can lead elsewhere.
  for (const { entry, target } of links) {
    mkdirSync(fsPath(dirname(`${into}/${entry.path}`)), { recursive: true });
    symlinkSync(target, fsPath(`${into}/${entry.path}`));
  }
}

function assertWritable(entry: TreeEntry): void {
  assertInside(entry.path);
  if (entry.path.split('/').some((name) => name.toLowerCase() === '.git')) {
    throw new CesError('path_outside_root', `${entry.path} would be git's own data`, 'Remove it from the tree');
  }
  if (entry.mode === 'special' || entry.mode === 'unreadable') {
    throw new CesError('unreadable_workspace', `${entry.path} is ${entry.mode}`, 'Make it readable, or remove it');
  }
}

function writeEntry(into: string, entry: TreeEntry, bytes: Buffer): void {
  const full = `${into}/${entry.path}`;
  const mode = entry.mode === '100755' ? 0o755 : 0o644;
  mkdirSync(fsPath(dirname(full)), { recursive: true });
  writeFileSync(fsPath(full), bytes, { flag: 'wx', mode });
  chmodSync(fsPath(full), mode); // whatever the umask
}

/** The working file's bytes where they are what the tree says, else null. */
function readMatching(root: string, entry: TreeEntry): Buffer | null {
  const full = fsPath(`${root}/${entry.path}`);
  try {
    const stats = lstatSync(full, { throwIfNoEntry: false });
    if (stats?.isSymbolicLink() && entry.mode === '120000') {
      const target = readlinkSync(full, { encoding: 'buffer' });
      return sha256Of(target) === entry.sha256 ? target : null;
    }
    if (!stats?.isFile()) return null;
    const bytes = readFileSync(full);
    const sha256 = sha256Of(bytes);
    if (sha256 === entry.sha256) return bytes;
    const pointer = lfsPointer({ sha256, size: bytes.length });
    return sha256Of(pointer) === entry.sha256 ? pointer : null;
  } catch (error) {
    if (systemCode(error) === '') throw error;
    return null;
  }
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
