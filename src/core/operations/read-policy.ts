import { POLICY_PATH, parsePolicy } from '../config.js';
import { digestOf } from '../ledger/entry.js';
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
