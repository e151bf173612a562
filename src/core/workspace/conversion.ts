import type { TreeEntry } from '../delta/tree.js';

/** When git turns CRLF into LF while it stores a file: for every file, for what looks like text, never. */
export type Conversion = 'always' | 'auto' | 'none';

/** git's own order: `text` (or the older `crlf`), then `eol`, then core.autocrlf. */
export function readConversion(attributes: ReadonlyMap<string, string>, autocrlf: string): Conversion {
  const text = attributes.get('text') ?? 'unspecified';
  const value = text === 'unspecified' ? (attributes.get('crlf') ?? 'unspecified') : text;
  if (value === 'unset') return 'none';
  if (value === 'auto') return 'auto';
  if (value === 'set' || value === 'input') return 'always';
  if (['lf', 'crlf'].includes(attributes.get('eol') ?? '')) return 'always';
  return ['true', 'yes', 'on', '1', 'input'].includes(autocrlf.toLowerCase()) ? 'auto' : 'none';
}

/** Whether storing would change these bytes. A NUL or a lone CR makes a file binary to automatic conversion. */
export function wouldConvert(bytes: Buffer, conversion: Conversion): boolean {
  if (conversion === 'none' || !bytes.includes('\r\n')) return false;
  return conversion === 'always' || !(bytes.includes(0) || /\r(?!\n)/.test(bytes.toString('latin1')));
}

export function toLf(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}

/** `$Id: …$` as git stores it: `$Id$`. */
export function collapseIdent(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(/\$Id:[^$\n]*\$/g, '$$Id$$'), 'latin1');
}

export function isLfsPointer(bytes: Buffer): boolean {
  return bytes.length < 1024 && bytes.toString('latin1').startsWith('version https://git-lfs.github.com/spec/v1\n');
}

/** The pointer that Git LFS stores in the place of a file. */
export function lfsPointer(entry: Pick<TreeEntry, 'sha256' | 'size'>): Buffer {
  return Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${entry.sha256}\nsize ${entry.size}\n`);
}
