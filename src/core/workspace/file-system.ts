import { readdirSync } from 'node:fs';
import { bytesToPath, pathToBytes } from '../delta/path-bytes.js';

/** A path as the file system takes it: bytes where the name is not UTF-8. */
export function fsPath(path: string): string | Buffer {
  return path.isWellFormed() ? path : pathToBytes(path);
}

/** The names in a folder, odd bytes kept as lone surrogates. */
export function readNames(folder: string): string[] {
  const names = readdirSync(fsPath(folder));
  if (!names.some((name) => name.includes('\ufffd'))) return names;
  return readdirSync(fsPath(folder), { encoding: 'buffer' }).map(bytesToPath);
}

/** The system's error code, e.g. `ENOENT`; '' for anything else. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Gives the event loop a turn after each slice of synchronous work, so that a server goes on answering. */
export function createBreather(sliceMs = 8): () => Promise<void> | undefined {
  let started = performance.now();
  return () => {
    if (performance.now() - started < sliceMs) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        started = performance.now();
        resolve();
      });
    });
  };
}
