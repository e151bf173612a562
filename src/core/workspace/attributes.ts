import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gitBlobId, type ObjectFormat } from '../delta/git-tree.js';
import { bytesToPath, pathToBytes } from '../delta/path-bytes.js';
import type { Refusal, TreeEntry } from '../delta/tree.js';
import { collapseIdent, isLfsPointer, lfsPointer, readConversion, toLf, wouldConvert } from './conversion.js';
import type { FileCache } from './file-cache.js';
import { fsPath } from './file-system.js';
import { type RunGit, readGit, splitNul } from './git.js';
import { loadBlobs } from './git-blobs.js';

/** What git would store for a changed file: these bytes, other bytes that are known, or bytes that CES refuses to guess. */
export type Stored =
  | { readonly kind: 'as'; readonly entry: TreeEntry }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const names = ['filter', 'text', 'eol', 'working-tree-encoding', 'ident', 'crlf'];

/**
 * Asks git's attributes (all of them: files, `info/attributes`, the user's) about files that differ from the base.
 * Answers only for those whose raw bytes are not what git would store: an untouched file in another line ending is the
 * base's entry, Git LFS content is its pointer, everything else is refused by name.
 */
export async function reviewAttributes(
  tools: { runGit: RunGit; root: string; cache: FileCache; format: ObjectFormat },
  changed: readonly TreeEntry[],
  base: ReadonlyMap<string, TreeEntry>,
): Promise<ReadonlyMap<string, Stored>> {
  const stored = new Map<string, Stored>();
  const files = changed.filter((entry) => entry.mode === '100644' || entry.mode === '100755');
  if (files.length === 0) return stored;
  const config = await readConfig(tools.runGit, tools.root);
  const attributes = await checkAttributes(
    tools.runGit,
    tools.root,
    files.map((entry) => entry.path),
  );
  for (const entry of files) {
    const answer = await review(tools, entry, base.get(entry.path), attributes.get(entry.path) ?? new Map(), config);
    if (answer !== null) stored.set(entry.path, answer);
  }
  return stored;
}

async function review(
  tools: { runGit: RunGit; root: string; cache: FileCache; format: ObjectFormat },
  entry: TreeEntry,
  before: TreeEntry | undefined,
  attributes: ReadonlyMap<string, string>,
  config: ReadonlyMap<string, string>,
): Promise<Stored | null> {
  const refuse = (reason: Refusal['reason'], detail: string): Stored => {
    return { kind: 'refused', refusal: { path: entry.path, reason, detail } };
  };
  const filter = readValue(attributes, 'filter');
  const hasLfs = config.has('filter.lfs.clean') || config.has('filter.lfs.process');
  if (filter !== null && filter !== 'lfs') return refuse('filter', `attribute filter=${filter}`);
  const encoding = readValue(attributes, 'working-tree-encoding');
  if (encoding !== null && !/^utf-?8$/i.test(encoding)) {
    return refuse('encoding', `attribute working-tree-encoding=${encoding}`);
  }
  const conversion = readConversion(attributes, config.get('core.autocrlf') ?? 'false');
  const ident = attributes.get('ident') === 'set';
  const pointers = filter === 'lfs' && hasLfs;
  if (!pointers && conversion === 'none' && !ident) return null;

  const bytes = readFileSync(fsPath(`${tools.root}/${entry.path}`));
  if (createHash('sha256').update(bytes).digest('hex') !== entry.sha256) {
    return refuse('unreadable', 'it changed while it was read');
  }
  if (pointers) {
    if (bytes.length === 0 || isLfsPointer(bytes)) return null;
    return { kind: 'as', entry: rememberAs(tools, entry, lfsPointer(entry)) };
  }
  const converts = wouldConvert(bytes, conversion) && (conversion === 'always' || !(await hadCrlf(tools, before)));
  const expands = ident && bytes.includes('$Id');
  if (!converts && !expands) return null;
  const normal = converts ? toLf(bytes) : bytes;
  const stored = rememberAs(tools, entry, expands ? collapseIdent(normal) : normal);
  if (stored.sha256 === entry.sha256 || stored.sha256 === before?.sha256) return { kind: 'as', entry: stored };
  return converts
    ? refuse('eol', 'git would store it with other line ends (attributes text, eol, or core.autocrlf)')
    : refuse('filter', 'attribute ident: git would store $Id$ collapsed');
}

function rememberAs(tools: { cache: FileCache; format: ObjectFormat }, entry: TreeEntry, bytes: Buffer): TreeEntry {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  tools.cache.pair(sha256, gitBlobId(bytes, tools.format), bytes.length);
  return { path: entry.path, mode: entry.mode, sha256, size: bytes.length };
}

/** Automatic conversion leaves a file alone that is stored with CRLF already. */
async function hadCrlf(
  tools: { runGit: RunGit; root: string; cache: FileCache },
  before: TreeEntry | undefined,
): Promise<boolean> {
  const blob = before === undefined ? undefined : tools.cache.blobOf(before.sha256);
  if (blob === undefined) return false;
  return (await loadBlobs(tools.runGit, tools.root, [blob])).get(blob)?.includes('\r\n') ?? false;
}

async function checkAttributes(
  runGit: RunGit,
  root: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  const input = Buffer.concat(paths.flatMap((path) => [pathToBytes(path), Buffer.from([0])]));
  const fields = splitNul(await readGit(runGit, root, ['check-attr', '-z', '--stdin', ...names], input));
  const found = new Map<string, Map<string, string>>();
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const path = bytesToPath(fields[at] ?? Buffer.alloc(0));
    const attributes = found.get(path) ?? new Map<string, string>();
    attributes.set(fields[at + 1]?.toString('utf8') ?? '', fields[at + 2]?.toString('utf8') ?? '');
    found.set(path, attributes);
  }
  return found;
}

async function readConfig(runGit: RunGit, root: string): Promise<ReadonlyMap<string, string>> {
  const args = ['config', '-z', '--get-regexp', '^(core\\.autocrlf|filter\\.lfs\\.(clean|process))$'];
  const { exitCode, stdout } = await runGit(args, { cwd: root });
  if (exitCode !== 0) return new Map(); // exit 1: none of them is set
  return new Map(
    splitNul(stdout).map((row) => {
      const [key = '', value = 'true'] = row.toString('utf8').split('\n');
      return [key, value];
    }),
  );
}

function readValue(attributes: ReadonlyMap<string, string>, name: string): string | null {
  const value = attributes.get(name) ?? 'unspecified';
  return ['unspecified', 'unset', 'set'].includes(value) ? null : value;
}
