import type { AskedPath, IgnoreOracle } from './ignore-rules.js';
import type { KnownPaths } from './known-paths.js';
import type { Found, FoundFolder } from './walk.js';

/** What a project's `.ces/` shares through git; the rest of it is CES's own state. */
const sharedState = new Set([
  '.ces/.gitignore',
  '.ces/policy.yaml',
  '.ces/allowed_signers',
  '.ces/verification-profile.json',
  '.ces/completion-contract.json',
]);

/**
 * The topmost paths that a commit would not hold: ignored, and neither in the base nor in the index. An ignored folder
 * stands for everything below it. A nested repository is asked for as one path.
 */
export async function findLeftOut(
  root: FoundFolder,
  known: KnownPaths,
  oracle: IgnoreOracle,
): Promise<ReadonlySet<string>> {
  const leftOut = new Set<string>();
  const governed = known.has('.ces/.gitignore');
  let asking: readonly Found[] = collectOpen(root, known, []);
  while (asking.length > 0) {
    const asked: AskedPath[] = [];
    for (const { path, kind } of asking) {
      // Until `.ces/.gitignore` is part of the base, only the files made to be shared are candidates.
      if (!governed && path.startsWith('.ces/') && kind === 'file' && !sharedState.has(path)) leftOut.add(path);
      else asked.push({ path, folder: kind === 'folder' });
    }
    for (const path of await oracle.ask(asked)) leftOut.add(path);
    asking = asking.flatMap((found) => {
      return found.kind === 'folder' && !found.holdsGit && !leftOut.has(found.path) ? found.children : [];
    });
  }
  return leftOut;
}

/** Below folders that git knows: what git does not know. */
function collectOpen(folder: FoundFolder, known: KnownPaths, open: Found[]): Found[] {
  for (const child of folder.children) {
    if (known.has(child.path)) continue;
    if (!known.hasBelow(child.path)) open.push(child);
    else if (child.kind === 'folder' && !child.holdsGit) collectOpen(child, known, open);
  }
  return open;
}
