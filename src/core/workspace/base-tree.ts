import { lstatSync } from 'node:fs';
import { createCandidateTree } from '../delta/digest.js';
import { bytesToPath } from '../delta/path-bytes.js';
import type { Base, EntryMode, TreeEntry } from '../delta/tree.js';
import { CesError } from '../errors.js';
import type { FileCache } from './file-cache.js';
import type { DigestFile } from './file-digest.js';
import { createBreather, fsPath, systemCode } from './file-system.js';
import { type RunGit, readGit, splitNul } from './git.js';
import { hashBlobs } from './git-blobs.js';
import { digestText } from './repository.js';

export interface CommittedFile {
  readonly mode: EntryMode;
  readonly blob: string;
}

/** A commit's files as git lists them. */
export interface CommitListing {
  readonly gitTree: string;
  readonly files: ReadonlyMap<string, CommittedFile>;
  /** Its `.gitignore` files; git follows no link in the place of one. */
  readonly ruleFiles: readonly { readonly path: string; readonly id: string }[];
}

/** Lists a commit or tree; refuses with `not_found` where git does not know it. */
export async function listCommit(runGit: RunGit, root: string, commit: string): Promise<CommitListing> {
  if (!/^[0-9a-f]{40,64}$/.test(commit)) {
    throw new CesError(
      'invalid_input',
      `"${commit}" is no commit id`,
      'Give the full id, as `git rev-parse` prints it',
    );
  }
  const tree = await runGit(['rev-parse', '--quiet', '--verify', `${commit}^{tree}`], { cwd: root });
  if (tree.exitCode !== 0) {
    throw new CesError('not_found', `git has no commit ${commit}`, 'Fetch it, or check out a complete clone');
  }
  const gitTree = tree.stdout.toString('latin1').trim();
  const files = new Map<string, { mode: EntryMode; blob: string }>();
  const ruleFiles: { path: string; id: string }[] = [];
  for (const row of splitNul(await readGit(runGit, root, ['ls-tree', '-r', '-z', '--full-tree', gitTree]))) {
    const tab = row.indexOf(9);
    const [mode = '', , blob = ''] = row.toString('latin1', 0, tab).split(' ');
    const path = bytesToPath(row.subarray(tab + 1));
    files.set(path, { mode: readMode(mode), blob });
    if (isRuleFile(path) && mode.startsWith('100')) ruleFiles.push({ path, id: blob });
  }
  return { gitTree, files, ruleFiles };
}

/** The base of a commit: SHA-256 of its blobs from the files on disk where they are the same, else from git. */
export async function loadBase(
  tools: { runGit: RunGit; root: string; cache: FileCache; digestFile: DigestFile },
  commit: string,
  listing: CommitListing,
): Promise<Base> {
  const { runGit, root, cache } = tools;
  const onDisk = await hashFromDisk(tools, listing);
  const isBlob = (mode: EntryMode) => mode !== '160000';
  const unknown = [...listing.files.values()].filter((file) => isBlob(file.mode) && !cache.sha256Of(file.blob));
  for (const [blob, { sha256, size }] of await hashBlobs(
    runGit,
    root,
    unknown.map((file) => file.blob),
  )) {
    cache.pair(sha256, blob, size);
  }
  const entries: TreeEntry[] = [];
  for (const [path, { mode, blob }] of listing.files) {
    if (!isBlob(mode)) cache.pair(digestText(blob), blob, 0); // a commit id stands for itself
    const known = cache.sha256Of(blob);
    if (known === undefined) throw new CesError('git_failed', `git has no blob ${blob}`, 'Run `git fsck`');
    const entry = onDisk.get(path);
    // One object for the base and every scan: a large project's entries weigh more than anything else in a server.
    if (entry?.sha256 === known.sha256 && entry.mode === mode) entries.push(entry);
    else entries.push({ path, mode, sha256: known.sha256, size: known.size });
  }
  return { commit, tree: createCandidateTree(entries, listing.gitTree) };
}

/** One read gives both digests of a file, which is much faster than asking git for the blob. */
async function hashFromDisk(
  tools: { root: string; cache: FileCache; digestFile: DigestFile },
  listing: CommitListing,
): Promise<ReadonlyMap<string, TreeEntry>> {
  const found = new Map<string, TreeEntry>();
  const breathe = createBreather();
  for (const [path, { mode, blob }] of listing.files) {
    if (mode === '160000' || tools.cache.sha256Of(blob) !== undefined) continue;
    try {
      const stats = lstatSync(fsPath(`${tools.root}/${path}`), { throwIfNoEntry: false });
      if (stats?.isFile() || stats?.isSymbolicLink()) {
        found.set(path, await tools.digestFile(path, stats, { blob: true }));
      }
    } catch (error) {
      if (systemCode(error) === '') throw error; // what can't be read here is asked of git, and refused by the scan
    }
    await breathe();
  }
  return found;
}

/** Whether git reads ignore rules from a file of this name. */
export function isRuleFile(path: string): boolean {
  return path === '.gitignore' || path.endsWith('/.gitignore');
}

function readMode(mode: string): EntryMode {
  if (mode === '100755' || mode === '120000' || mode === '160000') return mode;
  return '100644'; // 100664 in old histories
}
