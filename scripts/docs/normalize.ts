import { createHash } from 'node:crypto';
import { stripVTControlCharacters } from 'node:util';

/** What is the same in every run, in the place of what is not: ids, digests, keys, times, durations, folders, the user's name. */
export function createNormalizer(replacements: readonly (readonly [string, string])[]): (text: string) => string {
  const known = new Map<string, string>();
  const counts = new Map<string, number>();
  const order = (kind: string, key: string): number => {
    name(kind, key);
    return [...known.keys()].filter((entry) => entry.startsWith(`${kind} `)).indexOf(`${kind} ${key}`);
  };
  // The n-th id of a kind gets the same name in every run.
  const name = (kind: string, key: string): string => {
    const found = known.get(`${kind} ${key}`);
    if (found !== undefined) return found;
    const number = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, number);
    const made = createHash('sha256').update(`${kind} ${number}`).digest('hex');
    known.set(`${kind} ${key}`, made);
    return made;
  };
  return (text) => {
    let result = cleanTerminal(text);
    for (const [from, to] of replacements) result = result.replaceAll(from, to);
    return result
      .replace(/\b([A-Z])-([0-9a-f]{12})\b/g, (_, kind: string, id: string) => `${kind}-${name(kind, id).slice(0, 12)}`)
      .replace(/\bproj-([0-9a-f]{24})\b/g, (_, id: string) => `proj-${name('project', id).slice(0, 24)}`)
      .replace(/(?<![-\w])[0-9a-f]{10,64}\b/g, (hex) =>
        isDigest(hex) ? name('hex', hex.slice(0, 10)).slice(0, hex.length) : hex,
      )
      .replace(/SHA256:[A-Za-z0-9+/]{43}/g, 'SHA256:q0nNN1Yk5QvXzVbB3oT4eGm2rW8dJc7uHfLs6aPiEtk')
      .replace(/AAAAC3NzaC1lZDI1NTE5[A-Za-z0-9+/]{48}/g, `AAAAC3NzaC1lZDI1NTE5${'A'.repeat(8)}${'Q'.repeat(40)}`)
      .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '2026-01-31T12:00:00.000Z')
      .replace(/\b\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(Z?)/g, '2026-01-31$112:00:00$2')
      .replace(/\b\d{4}-\d\d-\d\d([T ])\d\d:\d\d(Z?)\b/g, '2026-01-31$112:00$2')
      .replace(/\bprocess (\d+)\b/g, (_, pid: string) => `process ${4711 + order('process', pid)}`)
      .replace(/\b\d+(\.\d+)? ?ms\b/g, '120 ms')
      .replace(/\b\d+\.\d+ ?s\b/g, '1.2 s');
  };
}

/** For comparing a block with a new run: without spacing and what depends on the machine (containment, OpenSSH's prompt). */
export function comparable(text: string): string[] {
  // Digests are numbered within the block, so that one more in another block changes nothing here.
  const seen: string[] = [];
  const number = (hex: string): string => {
    const start = hex.slice(0, 10);
    if (!seen.includes(start)) seen.push(start);
    return `#${seen.indexOf(start) + 1}`;
  };
  return text
    .replace(/(?<![-\w])[0-9a-f]{10,64}\b/g, (hex) => (isDigest(hex) ? number(hex) : hex))
    .split('\n')
    .map((line) =>
      line
        .replace(/\s+/g, ' ')
        .replace(/\d+ (bytes|entries)/g, 'N $1')
        .replace(/\bentry \d+/g, 'entry N')
        .trim(),
    )
    .filter((line) => line !== '' && !/contain|bubblewrap|seatbelt|sandbox|^Enter passphrase/i.test(line));
}

function isDigest(hex: string): boolean {
  return hex.length >= 40 || (/[a-f]/.test(hex) && /\d/.test(hex));
}

// Colours, cursor movements and lines that were written over are no part of what a person reads.
function cleanTerminal(text: string): string {
  const plain = stripVTControlCharacters(text.replace(/\r+\n/g, '\n'));
  return plain
    .split('\n')
    .map((line) => line.slice(line.lastIndexOf('\r') + 1).trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+|\n+$/g, '');
}
