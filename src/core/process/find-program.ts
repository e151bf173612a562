import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/** The absolute path of an executable file: by its own path from the folder, else by PATH. null where there is none. */
export function findProgram(program: string, folder: string, path: string): string | null {
  if (program.includes('/')) {
    const full = resolve(folder, program);
    return isExecutable(full) ? full : null;
  }
  const candidates = path.split(delimiter).filter(isAbsolute);
  return candidates.map((entry) => join(entry, program)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(realpathSync(path)).isFile();
  } catch {
    return false;
  }
}
