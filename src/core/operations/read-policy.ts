import { POLICY_PATH, parsePolicy } from '../config.js';
import { CesError } from '../errors.js';
import { digestOf } from '../ledger/entry.js';
import type { Manifest } from '../manifest/manifest.js';
import { BUILT_IN_POLICY, type Policy, resolvePolicy } from '../policy/policy.js';
import type { OperationContext } from '../ports.js';

/**
 * The policy that counts: the one of the base commit, if the operator pinned that very text on this machine (an agent may
 * commit another); else the built-in one. A pinned policy that does not parse is refused (`invalid_input`).
 */
export async function readPolicy(
  ctx: OperationContext,
  commit: string | null,
): Promise<{ policy: Policy; source: 'base' | 'built-in'; digest: string }> {
  const bytes = commit === null ? null : await ctx.workspace.readAtCommit(commit, POLICY_PATH);
  if (bytes !== null) {
    const digest = digestOf(bytes.toString('utf8'));
    if ((await ctx.pinnedTexts()).includes(digest))
      return { policy: resolvePolicy(parsePolicy(bytes.toString('utf8'))), source: 'base', digest };
  }
  return { policy: BUILT_IN_POLICY, source: 'built-in', digest: digestOf(BUILT_IN_POLICY) };
}

/** What the operator is told where the base of a manifest carries a policy that did not count; null where there is none such. */
export async function explainPolicy(ctx: OperationContext, { policy, base }: Manifest): Promise<string | null> {
  if (policy.source !== 'built-in' || base.commit === null) return null;
  try {
    if ((await ctx.workspace.readAtCommit(base.commit, POLICY_PATH)) === null) return null;
  } catch (error) {
    // A base that can't be read any more is a finding of the status.
    if (error instanceof CesError) return null;
    throw error;
  }
  return `${POLICY_PATH} of the base is not the one you pinned: the built-in rules apply.`;
}
