import { createHash } from 'node:crypto';
import type { Base } from '../delta/tree.js';
import { CesError } from '../errors.js';
import { digestOf } from '../ledger/entry.js';
import type { Manifest } from '../manifest/manifest.js';
import type { OperationContext } from '../ports.js';
import type { CheckSpec } from '../verification/check.js';
import { checksFromProfile, PROFILE_PATH, parseProfile } from '../verification/profile.js';
import { findLastAccepted } from './last-accepted.js';

/**
 * The checks that a manifest binds. They come from the profile of the base commit, or from a profile on disk that the
 * operator pinned, or are detected from the base's own files: never from what may have been changed for this work.
 * `accepted` is false for a profile that came by a commit since the operator last answered for it: an agent may commit one.
 * `wanted` makes optional and advisory checks required; refuses (`invalid_input`) an id that there is not.
 */
export async function readChecks(
  ctx: OperationContext,
  base: Base,
  startingPaths: readonly string[],
  wanted: readonly string[],
): Promise<{ checks: readonly CheckSpec[]; profile: Manifest['profile']; accepted: boolean }> {
  const { commit } = base;
  // A folder without a commit has no base to read: what is there when the work starts stands in for it.
  const readText = async (path: string): Promise<string | null> =>
    (await (commit === null ? ctx.workspace.read(path) : ctx.workspace.readAtCommit(commit, path)))?.toString('utf8') ??
    null;
  const paths = commit === null ? startingPaths : base.tree.entries.map((entry) => entry.path);
  const detected = await ctx.detectChecks({ paths, readText });
  const { text, source } = await readProfileText(ctx, readText);
  const specs = text === null ? detected : checksFromProfile(parseProfile(text), detected);
  for (const id of wanted) {
    if (!specs.some((spec) => spec.id === id && spec.status !== 'unavailable'))
      throw new CesError(
        'invalid_input',
        `checks names ${JSON.stringify(id)}, which the profile does not have.`,
        `Use one of: ${specs.map((spec) => spec.id).join(', ') || 'none'}.`,
      );
  }
  return {
    checks: specs
      .filter((spec) => spec.status !== 'unavailable')
      .map((spec) => (wanted.includes(spec.id) ? { ...spec, status: 'required' as const } : spec)),
    profile: { source, digest: text === null ? null : digestOf(text) },
    accepted: text === null || (await isAccepted(ctx, text)),
  };
}

async function readProfileText(
  ctx: OperationContext,
  readText: (path: string) => Promise<string | null>,
): Promise<{ text: string | null; source: 'base' | 'local' | 'detected' }> {
  const inBase = await readText(PROFILE_PATH);
  if (inBase !== null) return { text: inBase, source: 'base' };
  const onDisk = (await ctx.workspace.read(PROFILE_PATH))?.toString('utf8') ?? null;
  if (onDisk !== null && (await ctx.pinnedTexts()).includes(digestOf(onDisk))) return { text: onDisk, source: 'local' };
  return { text: null, source: 'detected' };
}

async function isAccepted(ctx: OperationContext, text: string): Promise<boolean> {
  if ((await ctx.pinnedTexts()).includes(digestOf(text))) return true;
  const last = await findLastAccepted(ctx, ctx.clock.now());
  const sha256 = createHash('sha256').update(text, 'utf8').digest('hex');
  return last?.scan.candidate.entries.some((entry) => entry.path === PROFILE_PATH && entry.sha256 === sha256) ?? false;
}
