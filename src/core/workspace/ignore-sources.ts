import { createHash } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import type { LocalIgnores } from '../ports.js';
import { type CommitListing, isRuleFile } from './base-tree.js';
import { fsPath, systemCode } from './file-system.js';
import type { RunGit } from './git.js';
import { loadBlobs } from './git-blobs.js';
import { digestRules, type IgnoreRules } from './ignore-rules.js';
import type { Found, FoundFolder } from './walk.js';

/**
 * The base's `.gitignore` files, so that one edited later hides nothing. Where there is no base commit there is nothing
 * else to go by than the files that are there now.
 */
export function readRules(
  tools: { runGit: RunGit; root: string },
  found: FoundFolder,
  listing: Pick<CommitListing, 'ruleFiles'> | null,
  local: LocalIgnores,
): IgnoreRules {
  return listing === null ? rulesOnDisk(tools.root, found, local) : rulesOfCommit(tools, listing, local);
}

function rulesOfCommit(
  { runGit, root }: { runGit: RunGit; root: string },
  listing: Pick<CommitListing, 'ruleFiles'>,
  local: LocalIgnores,
): IgnoreRules {
  const files = listing.ruleFiles;
  return {
    digest: digestRules(files, local),
    local,
    readFiles: async () => {
      const contents = await loadBlobs(
        runGit,
        root,
        files.map((file) => file.id),
      );
      return files.map(({ path, id }) => ({ path, bytes: contents.get(id) ?? Buffer.alloc(0) }));
    },
  };
}

function rulesOnDisk(root: string, found: FoundFolder, local: LocalIgnores): IgnoreRules {
  const files = listRuleFiles(found).flatMap((path) => {
    const bytes = readRuleFile(`${root}/${path}`);
    return bytes === null ? [] : [{ path, bytes, id: createHash('sha256').update(bytes).digest('hex') }];
  });
  return { digest: digestRules(files, local), local, readFiles: async () => files };
}

function listRuleFiles(found: Found): string[] {
  if (found.kind === 'file') return isRuleFile(found.path) ? [found.path] : [];
  return found.holdsGit && found.path !== '' ? [] : found.children.flatMap(listRuleFiles);
}

function readRuleFile(full: string): Buffer | null {
  try {
    return lstatSync(fsPath(full)).isFile() ? readFileSync(fsPath(full)) : null;
  } catch (error) {
    if (systemCode(error) === '') throw error;
    return null;
  }
}
