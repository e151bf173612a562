import { constants } from 'node:fs';
import { chmod, type FileHandle, lstat, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { CesError } from './errors.js';

/**
 * Makes `base` and each folder below it private (0700) and returns the last path. Refuses a link, a file, or a folder of
 * somebody else in any of these places (`unsafe_state`), and what can't be written (`state_unwritable`).
 */
export async function ensurePrivateDir(base: string, ...segments: readonly string[]): Promise<string> {
  let path = base;
  await makePrivate(path, true);
  for (const segment of segments) {
    if (!/^[A-Za-z0-9._-]+$/.test(segment) || /^\.+$/.test(segment))
      throw new CesError(
        'invalid_input',
        `${segment} can't be the name of a folder.`,
        'Use letters, digits, . _ and -.',
      );
    path = join(path, segment);
    await makePrivate(path, false);
  }
  return path;
}

/** A file's bytes, or null where there is none. Refuses links, other owners and files that others may write (`unsafe_state`). */
export async function readPrivateFile(path: string): Promise<Buffer | null> {
  const handle = await openPrivate(path, constants.O_RDONLY);
  if (handle === null) return null;
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** Opens a file of ours without following a link; null where there is none. `flags` as in node:fs constants; new files are 0600. */
export async function openPrivate(path: string, flags: number): Promise<FileHandle | null> {
  let handle: FileHandle;
  try {
    // O_NONBLOCK: a FIFO put in the file's place must not make the open wait for ever.
    handle = await open(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    if (hasCode(error, 'ELOOP') || hasCode(error, 'EMLINK')) throw unsafe(path, 'it is a symbolic link', error);
    throw unwritable(path, error);
  }
  const stat = await handle.stat();
  const problem = !stat.isFile() ? 'it is not a regular file' : findSharing(stat);
  if (problem === null) return handle;
  await handle.close();
  throw unsafe(path, problem);
}

/** Makes the names in a folder survive a crash, as fsync does for a file's bytes. */
export async function syncDir(path: string): Promise<void> {
  await explainWrites(path, async () => {
    const directory = await open(path, constants.O_RDONLY);
    await directory.sync().finally(() => directory.close());
  });
}

/** Does what writes at a path of ours; what the system refuses (a full disk, a read-only folder) is `state_unwritable`. */
export async function explainWrites<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CesError || !(error instanceof Error && 'code' in error)) throw error;
    throw unwritable(path, error);
  }
}

/** True for a file-system error with this code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

async function makePrivate(path: string, recursive: boolean): Promise<void> {
  try {
    await mkdir(path, { recursive, mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw unwritable(path, error);
  }
  const stat = await explainWrites(path, () => lstat(path));
  if (stat.isSymbolicLink()) throw unsafe(path, 'it is a symbolic link');
  if (!stat.isDirectory()) throw unsafe(path, 'it is not a folder');
  const problem = findSharing(stat);
  if (problem !== null) throw unsafe(path, problem);
  if ((stat.mode & 0o077) !== 0) await explainWrites(path, () => chmod(path, 0o700));
}

function findSharing(stat: { readonly uid: number; readonly mode: number }): string | null {
  if (stat.uid !== process.getuid?.()) return 'it belongs to another user';
  return (stat.mode & 0o022) === 0 ? null : 'other users may write it';
}

function unsafe(path: string, why: string, cause?: unknown): CesError {
  return new CesError(
    'unsafe_state',
    `${path} is not safe to use: ${why}.`,
    `Look at ${path}, and move it away.`,
    cause,
  );
}

function unwritable(path: string, cause: unknown): CesError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  return new CesError(
    'state_unwritable',
    `${path} can't be used: ${code}.`,
    `Check the rights of ${path}, and the free space.`,
    cause,
  );
}
