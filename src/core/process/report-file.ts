import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

const MAX_REPORT_BYTES = 64 * 1024 * 1024;

/** The report's text, or null where there is no ordinary file of a sensible size: a link, a pipe or a device is no report. */
export function readReport(path: string): string | null {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = fstatSync(file);
    return stats.isFile() && stats.size <= MAX_REPORT_BYTES ? readFileSync(file, 'utf8') : null;
  } catch {
    return null;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
