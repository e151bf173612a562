import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { CesError } from '../errors.js';

/** Writes a file whole or not at all, readable by its owner alone; it survives a power cut when this returns. */
export function writeDurably(path: string, bytes: Buffer): void {
  const folder = dirname(path);
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = openSync(temporary, 'wx', 0o600);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    syncFolder(folder);
  } catch (error) {
    discard(temporary);
    throw new CesError('state_unwritable', `${path} cannot be written`, 'Check free space and permissions', error);
  }
}

/** What is left of a failed write; that it can't be removed is no news beside the failure itself. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

/** The name is part of what must survive. */
function syncFolder(folder: string): void {
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
