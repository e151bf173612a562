import { CesError } from '../errors.js';
import { type RunGit, readGit } from './git.js';

/** Commits on HEAD that are not in `since`, newest first. */
export async function readCommits(
  runGit: RunGit,
  root: string,
  since: string,
): Promise<readonly { commit: string; subject: string }[]> {
  if (!/^[0-9a-f]{40,64}$/.test(since)) {
    throw new CesError('invalid_input', `"${since}" is no commit id`, 'Give the full id, as `git rev-parse` prints it');
  }
  // rev-list, not log: `log.showSignature` would start a program that the repository's configuration names.
  const listing = await readGit(runGit, root, ['rev-list', '--format=%H %s', `${since}..HEAD`, '--']);
  const rows = listing.toString('utf8').split('\n');
  return rows
    .filter((row) => row !== '' && !/^commit [0-9a-f]+$/.test(row))
    .map((row) => ({ commit: row.slice(0, row.indexOf(' ')), subject: row.slice(row.indexOf(' ') + 1) }));
}
