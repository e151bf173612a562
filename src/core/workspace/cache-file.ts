import type { FileCache } from './file-cache.js';
import type { IgnoreMemory } from './ignore-rules.js';

const version = 1;

/** What was learned about unchanged files, as compact JSON. Only stat scans use it; a full scan reads everything. */
export function exportCache(root: string, cache: FileCache, memory: IgnoreMemory): string {
  const ignores = [...memory].map(([rules, decided]) => [rules, [...decided]]);
  return JSON.stringify({ version, root, rows: cache.exportRows(), ignores });
}

/** Takes what `exportCache` gave for this root; anything else is as if nothing had been known. */
export function importCache(text: string, root: string, cache: FileCache, memory: IgnoreMemory): void {
  const saved = parse(text);
  if (saved === null || Reflect.get(saved, 'version') !== version || Reflect.get(saved, 'root') !== root) return;
  cache.importRows(Reflect.get(saved, 'rows'));
  const ignores: unknown = Reflect.get(saved, 'ignores');
  if (!Array.isArray(ignores)) return;
  for (const pair of ignores) {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string' || !Array.isArray(pair[1])) continue;
    memory.set(pair[0], new Map(pair[1].filter(isDecision)));
  }
}

function isDecision(value: unknown): value is [string, boolean] {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'boolean';
}

function parse(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
