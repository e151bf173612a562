import { sameContent } from '../delta/compare.js';
import { createCandidateTree } from '../delta/digest.js';
import { type GitTreeEntry, gitTreeId, type ObjectFormat } from '../delta/git-tree.js';
import type { CandidateTree, Refusal, TreeEntry } from '../delta/tree.js';
import { reviewAttributes } from './attributes.js';
import type { FileCache } from './file-cache.js';
import type { RunGit } from './git.js';
import type { KnownPaths } from './known-paths.js';

interface Tools {
  readonly runGit: RunGit;
  readonly root: string;
  readonly cache: FileCache;
}

/** Puts what git would store in the place of raw bytes that it would change, and names what CES refuses. */
export async function applyAttributes(
  tools: Tools & { readonly format: ObjectFormat },
  candidate: readonly TreeEntry[],
  known: KnownPaths,
): Promise<{ candidate: readonly TreeEntry[]; refusals: readonly Refusal[] }> {
  const changed = candidate.filter((entry) => !sameContent(known.base.get(entry.path), entry));
  const stored = await reviewAttributes(tools, changed, known.base);
  if (stored.size === 0) return { candidate, refusals: [] };
  const refusals: Refusal[] = [];
  const entries = candidate.map((entry) => {
    const answer = stored.get(entry.path);
    if (answer?.kind === 'refused') refusals.push(answer.refusal);
    return answer?.kind === 'as' ? answer.entry : entry;
  });
  return { candidate: entries, refusals };
}

/** Digest and git tree id of the entries; those of the last call are given again where nothing moved. */
export function createTreeBuilder(
  cache: FileCache,
): (entries: readonly TreeEntry[], format: ObjectFormat) => CandidateTree {
  let last: CandidateTree | null = null;
  return (entries, format) => {
    const same = last !== null && last.entries.length === entries.length;
    if (last !== null && same && entries.every((entry, at) => samePlace(entry, last?.entries[at]))) return last;
    last = createCandidateTree(entries, gitTreeId(nameBlobs(entries, cache), format));
    return last;
  };
}

function samePlace(left: TreeEntry, right: TreeEntry | undefined): boolean {
  return left === right || (left.path === right?.path && sameContent(left, right));
}

/** Entries that a commit can hold: unreadable files and repositories without a commit have no id. */
function nameBlobs(entries: readonly TreeEntry[], cache: FileCache): readonly GitTreeEntry[] {
  const named: GitTreeEntry[] = [];
  for (const { path, mode, sha256 } of entries) {
    const blob = cache.blobOf(sha256);
    if (blob !== undefined && mode !== 'special' && mode !== 'unreadable') named.push({ path, mode, blob });
  }
  return named;
}
