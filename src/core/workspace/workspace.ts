import { lstatSync, realpathSync } from 'node:fs';
import { createCandidateTree, sortEntries } from '../delta/digest.js';
import { gitTreeId } from '../delta/git-tree.js';
import type { Base, Scan, TreeEntry } from '../delta/tree.js';
import { CesError } from '../errors.js';
import type { LocalIgnores, Workspace } from '../ports.js';
import { type CommitListing, type CommittedFile, listCommit, loadBase } from './base-tree.js';
import { exportCache, importCache } from './cache-file.js';
import { findLeftOut } from './candidate-paths.js';
import { applyAttributes, createTreeBuilder } from './candidate-tree.js';
import { readCommits } from './commits.js';
import { createFileCache } from './file-cache.js';
import { createDigestFile } from './file-digest.js';
import { createRunGit, type RunGit } from './git.js';
import { loadBlobs } from './git-blobs.js';
import { createIndexReader, emptyIndex } from './git-index.js';
import { collectGitResidue, readRefs } from './git-residue.js';
import { createIgnoreOracle, type IgnoreMemory } from './ignore-rules.js';
import { readRules } from './ignore-sources.js';
import { createKnownPaths, entriesByPath } from './known-paths.js';
import { readLocalIgnores } from './local-ignores.js';
import { materializeTree } from './materialize.js';
import { findOwnDatabase } from './own-database.js';
import { readInside } from './read-file.js';
import { findRepository, readHead } from './repository.js';
import { sortFiles } from './sort-files.js';
import { findStagedStrays } from './staged-strays.js';
import { walk } from './walk.js';

/** A workspace that can hand its knowledge of unchanged files to another process. It never authorizes anything. */
export interface CachedWorkspace extends Workspace {
  exportCache(): string;
  importCache(text: string): void;
}

/**
 * The files below `root`, a repository's top level or a plain folder. `cache` is what `exportCache` gave, anything else
 * is ignored. Refuses (`unreadable_workspace`) a root that is no folder.
 */
export function createWorkspace(options: { root: string; cache?: string; runGit?: RunGit }): CachedWorkspace {
  const root = openRoot(options.root);
  const runGit = options.runGit ?? createRunGit();
  const cache = createFileCache();
  const ignoreMemory: IgnoreMemory = new Map();
  const readIndex = createIndexReader(runGit, root);
  const knowPaths = createKnownPaths();
  const buildTree = createTreeBuilder(cache);
  const listings = new Map<string, CommitListing>();
  const bases = new Map<string, Pick<CommitListing, 'ruleFiles'> & { readonly base: Base }>();
  const digesters = { sha1: createDigestFile(root, 'sha1', cache), sha256: createDigestFile(root, 'sha256', cache) };
  if (options.cache !== undefined) importCache(options.cache, root, cache, ignoreMemory);

  async function list(commit: string): Promise<CommitListing> {
    const listing = listings.get(commit) ?? (await listCommit(runGit, root, commit));
    rememberFew(listings, commit, listing);
    return listing;
  }

  async function findCommitted(commit: string): Promise<(path: string) => CommittedFile | undefined> {
    const loaded = bases.get(commit);
    if (loaded === undefined) {
      const { files } = await list(commit);
      return (path) => files.get(path);
    }
    const entries = entriesByPath(loaded.base);
    return (path) => {
      const entry = entries.get(path);
      const blob = entry === undefined ? undefined : cache.blobOf(entry.sha256);
      return entry === undefined || blob === undefined ? undefined : { mode: entry.mode, blob };
    };
  }

  async function readBaseOf(commit: string): Promise<Base> {
    const repository = await findRepository(runGit, root);
    if (repository === null) throw noRepository(root);
    const known = bases.get(commit);
    if (known !== undefined) {
      rememberFew(bases, commit, known);
      return known.base;
    }
    const listing = await list(commit);
    const base = await loadBase({ runGit, root, cache, digestFile: digesters[repository.format] }, commit, listing);
    rememberFew(bases, commit, { base, ruleFiles: listing.ruleFiles });
    listings.delete(commit); // the base has every path too
    return base;
  }

  async function scan(input: { mode: 'full' | 'stat'; base: Base; localIgnores: LocalIgnores }): Promise<Scan> {
    const { mode, base, localIgnores } = input;
    const at = new Date().toISOString();
    const repository = await findRepository(runGit, root);
    if (repository === null && base.commit !== null) throw noRepository(root);
    const format = repository?.format ?? 'sha1';
    const ownDatabase = findOwnDatabase(root);
    const [index, refs, rules, found] = await Promise.all([
      repository === null ? emptyIndex : readIndex(repository, mode === 'full'),
      repository === null ? new Map<string, string>() : readRefs(runGit, root),
      base.commit === null ? null : (bases.get(base.commit) ?? list(base.commit)),
      mode === 'full'
        ? walk(root, { statOnOpen: !ownDatabase.linked })
        : walk(root, {
            recognize: (path, stats) => (ownDatabase.has(path, stats) ? undefined : cache.find(path, stats)),
          }),
    ]);
    const known = knowPaths(base, index);
    const oracle = createIgnoreOracle(runGit, readRules({ runGit, root }, found, rules, localIgnores), ignoreMemory);
    const leftOut = await findLeftOut(found, known, oracle).finally(() => oracle.dispose());
    const tools = { runGit, root, cache, digestFile: digesters[format], ownDatabase, format };
    const files = await sortFiles(tools, found, known, leftOut);
    if (repository === null) {
      return {
        at,
        mode,
        candidate: buildTree(files.candidate, format),
        residue: files.residue,
        refusals: files.refusals,
      };
    }
    const stored = await applyAttributes(tools, files.candidate, known);
    const gitData = collectGitResidue(repository, refs, index);
    return {
      at,
      mode,
      candidate: buildTree(stored.candidate, format),
      residue: sortEntries([...gitData, ...files.residue]),
      refusals: [...files.refusals, ...stored.refusals],
    };
  }

  /** Blobs that git holds: of files in `tree`, where git has that very tree, and of any file hashed before. */
  async function loadMissing(gitTree: string, entries: readonly TreeEntry[]): Promise<ReadonlyMap<string, Buffer>> {
    const find = await findCommitted(gitTree).catch(() => () => undefined);
    const wanted = entries.map(({ path, sha256 }) => ({ sha256, blob: find(path)?.blob ?? cache.blobOf(sha256) }));
    const found = new Map<string, Buffer>();
    for (const { sha256, blob } of wanted) {
      if (blob === undefined) continue;
      const bytes = (await loadBlobs(runGit, root, [blob]).catch(() => null))?.get(blob);
      if (bytes !== undefined) found.set(sha256, bytes);
    }
    return found;
  }

  return {
    root,
    scan,
    readBaseOf,
    async readBase() {
      const repository = await findRepository(runGit, root);
      const commit = repository === null ? null : await readHead(runGit, root);
      if (commit !== null) return readBaseOf(commit);
      return { commit: null, tree: createCandidateTree([], gitTreeId([], repository?.format ?? 'sha1')) };
    },
    readLocalIgnores: async () => readLocalIgnores(runGit, root, await findRepository(runGit, root)),
    read: async (path) => readInside(root, path, findOwnDatabase(root)),
    async readAtCommit(commit, path) {
      const file = (await findCommitted(commit))(path);
      if (file === undefined || file.mode === '160000') return null;
      return (await loadBlobs(runGit, root, [file.blob])).get(file.blob) ?? null;
    },
    commitsSince: (since) => readCommits(runGit, root, since),
    async stagedStrays(base, candidate) {
      if ((await findRepository(runGit, root)) === null) return [];
      return findStagedStrays({ runGit, root }, base.commit ?? base.tree.gitTree, candidate, cache.blobOf);
    },
    async readHeadTree() {
      const commit = (await findRepository(runGit, root)) === null ? null : await readHead(runGit, root);
      return commit === null ? null : (await list(commit)).gitTree;
    },
    materialize: (tree, into) => materializeTree(root, tree, into, (entries) => loadMissing(tree.gitTree, entries)),
    exportCache: () => exportCache(root, cache, ignoreMemory),
    importCache: (text) => importCache(text, root, cache, ignoreMemory),
  };
}

function openRoot(path: string): string {
  const root = realpathSync.native(path);
  if (lstatSync(root).isDirectory()) return root;
  throw new CesError('unreadable_workspace', `${path} is not a folder`, 'Give the folder of the project');
}

/** A server that runs for weeks sees many commits, each with a whole tree. */
function rememberFew<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > 3 && !oldest.done) map.delete(oldest.value);
}

function noRepository(root: string): CesError {
  return new CesError('unreadable_workspace', `${root} is not a git repository any more`, 'Put its .git back');
}
