import { readFileSync, statSync } from 'node:fs';

/**
 * What stands for the folders that the system shows under an absolute root: the root itself and, on Linux, what is mounted
 * on it, above it or below it. Another text means that watches may be of folders that nobody sees any more, and that no
 * notification told. Elsewhere only an exchanged root shows.
 */
export function describeMounts(root: string): string {
  return [describeRoot(root), ...readMounts(root)].join('\n');
}

function describeRoot(root: string): string {
  try {
    const { dev, ino } = statSync(root);
    return `${dev}:${ino}`;
  } catch {
    return 'gone';
  }
}

function readMounts(root: string): string[] {
  let table: string;
  try {
    table = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return []; // not Linux
  }
  return table.split('\n').flatMap((line) => {
    const [id, , device, , point = ''] = line.split(' ');
    const path = point.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
    return isInside(root, path) || isInside(path, root) ? [`${id} ${device} ${path}`] : [];
  });
}

function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
