import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** A command in front of another that runs it as somebody whom file permissions stop; null where this machine has no way. */
export function boundByPermissions(): readonly string[] | null {
  if (process.getuid?.() !== 0) return [];
  const wrap = ['setpriv', '--bounding-set', '-dac_override,-dac_read_search'];
  return works([...wrap, 'true']) ? wrap : null;
}

/** A command in front of another, with mounts of its own that this shell text makes; null where mounting is not allowed. */
export function withMounts(script: string): readonly string[] | null {
  if (process.getuid?.() !== 0 || !works(['unshare', '--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'])) return null;
  return ['unshare', '--mount', 'sh', '-ec', `${script}\nexec "$@"`, 'sh'];
}

export interface SmallDisk {
  readonly path: string;
  dispose(): void;
}

/** A file system of so many bytes in memory at `path`; null where mounting is not allowed. */
export function mountSmallDisk(path: string, bytes: number): SmallDisk | null {
  if (process.getuid?.() !== 0) return null;
  mkdirSync(path, { recursive: true });
  if (!works(['mount', '-t', 'tmpfs', '-o', `size=${bytes},mode=700`, 'none', path])) return null;
  return { path, dispose: () => works(['umount', '--lazy', path]) };
}

function works([file = '', ...args]: readonly string[]): boolean {
  return spawnSync(file, args, { stdio: 'ignore', timeout: 20_000 }).status === 0;
}
