import { lstatSync, type Stats } from 'node:fs';
import { comparePaths } from '../delta/path-bytes.js';
import { classifyResidue } from '../delta/residue.js';
import type { Refusal, ResidueEntry, TreeEntry } from '../delta/tree.js';
import type { FileCache } from './file-cache.js';
import type { DigestFile } from './file-digest.js';
import { createBreather, fsPath, systemCode } from './file-system.js';
import type { RunGit } from './git.js';
import type { KnownPaths } from './known-paths.js';
import { readNestedRepository } from './nested-repository.js';
import type { OwnDatabase } from './own-database.js';
import { digestText } from './repository.js';
import { type FoundFile, type FoundFolder, lookAt, type RecognizedFile, walk } from './walk.js';

/** Everything found, hashed and told apart. Entries are in the order of their paths' bytes. */
export interface SortedFiles {
  readonly candidate: readonly TreeEntry[];
  readonly residue: readonly ResidueEntry[];
  readonly refusals: readonly Refusal[];
}

interface Tools {
  readonly runGit: RunGit;
  readonly root: string;
  readonly cache: FileCache;
  readonly digestFile: DigestFile;
  readonly ownDatabase: OwnDatabase;
}

/** Hashes what was found, every byte again, other than what the walk recognized as being as it was. */
export async function sortFiles(
  tools: Tools,
  found: FoundFolder,
  known: KnownPaths,
  leftOut: ReadonlySet<string>,
): Promise<SortedFiles> {
  const { root, cache } = tools;
  const candidate: TreeEntry[] = [];
  const residue: ResidueEntry[] = [];
  const refusals: Refusal[] = [];
  let hashed = 0;
  let visited = 0;
  const breathe = createBreather();

  async function visitFolder(folder: FoundFolder, outside: boolean): Promise<void> {
    for (const child of folder.children) {
      const out = outside || leftOut.has(child.path);
      if (child.kind === 'file') {
        const pending = visitFile(child, out);
        if (pending !== undefined) await pending;
      } else if (child.holdsGit) await visitNested(child, out);
      else if (known.gitlink(child.path)) await visitGitlink(child);
      else await visitFolder(child, out);
      if ((++visited & 31) !== 0) continue;
      const pause = breathe();
      if (pause !== undefined) await pause;
    }
  }

  /** git records a repository in a repository as one commit id; its files are residue, so that nothing hides there. */
  async function visitNested(folder: FoundFolder, out: boolean): Promise<void> {
    const repository = await readNestedRepository(tools.runGit, root, folder.path);
    const marker = `${folder.path}/.git`;
    const stats = lstatSync(fsPath(`${root}/${marker}`), { throwIfNoEntry: false });
    if (stats !== undefined && !stats.isDirectory()) await visitFile({ kind: 'file', path: marker, stats }, true);
    else if (repository === null) await visitFolder(await walk(root, { from: marker, takeGit: true }), true);
    else residue.push(...repository.residue);
    if (repository !== null && !out) putGitlink(folder.path, repository.commit);
    await visitFolder(folder, out || repository !== null);
  }

  /** A submodule that is not checked out is as the base has it. */
  async function visitGitlink(folder: FoundFolder): Promise<void> {
    const before = known.base.get(folder.path);
    if (before?.mode === '160000') candidate.push(before);
    else putGitlink(folder.path, null);
    await visitFolder(folder, true);
  }

  function putGitlink(path: string, commit: string | null): void {
    const sha256 = digestText(commit ?? '');
    if (commit !== null) cache.pair(sha256, commit, 0);
    candidate.push({ path, mode: '160000', sha256, size: 0 });
  }

  function visitFile(file: FoundFile | RecognizedFile, out: boolean): Promise<void> | undefined {
    if (file.stats !== 'recognized') return readFile(file.path, file.stats, out);
    const { entry, paired } = file.known;
    hashed++;
    if (out || paired || cache.blobOf(entry.sha256) !== undefined) return put(entry, out);
    const stats = lookAt(`${root}/${file.path}`); // git's id for it was never asked for
    return stats === 'gone' ? undefined : readFile(file.path, stats, out);
  }

  function readFile(path: string, stats: FoundFile['stats'], out: boolean): Promise<void> | undefined {
    if (stats === null) return put(unreadable(path), out, 'it cannot be looked at');
    if (stats === 'on open' ? tools.ownDatabase.isNamed(path) : tools.ownDatabase.has(path, stats)) {
      if (out) residue.push({ path, mode: '100644', sha256: '', size: 0, class: classifyResidue(path) });
      return out ? undefined : put(unreadable(path), out, "it is CES's own database, which git must not hold");
    }
    if (stats !== 'on open' && !stats.isFile() && !stats.isSymbolicLink()) {
      residue.push({ path, mode: 'special', sha256: '', size: 0, class: classifyResidue(path, 'special') });
      if (known.has(path)) refusals.push({ path, reason: 'special', detail: describeSpecial(stats) });
      return undefined;
    }
    hashed++;
    try {
      const entry = tools.digestFile(path, stats === 'on open' ? null : stats, { blob: !out });
      return entry instanceof Promise ? entry.then((read) => put(read, out), failed) : put(entry, out);
    } catch (error) {
      return failed(error);
    }

    function failed(error: unknown): undefined {
      if (systemCode(error) === 'ENOENT') return undefined; // it went away meanwhile
      return put(unreadable(path), out, systemCode(error) || String(error));
    }
  }

  function put(entry: TreeEntry, out: boolean, problem = ''): undefined {
    if (out) residue.push({ ...entry, class: classifyResidue(entry.path) });
    else candidate.push(entry);
    if (problem !== '' && !out) refusals.push({ path: entry.path, reason: 'unreadable', detail: problem });
    return undefined;
  }

  await visitFolder(found, false);
  if (cache.count > hashed) cache.retain(new Set([...candidate, ...residue].map((entry) => entry.path)));
  residue.sort((a, b) => comparePaths(a.path, b.path));
  return { candidate, residue, refusals };
}

function unreadable(path: string): TreeEntry {
  return { path, mode: 'unreadable', sha256: '', size: 0 };
}

function describeSpecial(stats: Stats): string {
  if (stats.isFIFO()) return 'a FIFO';
  return stats.isSocket() ? 'a socket' : 'a device';
}
