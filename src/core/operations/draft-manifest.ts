import { contentToKeep } from '../delta/attribution.js';
import { CesError } from '../errors.js';
import { digestOf } from '../ledger/entry.js';
import { measureBreadth } from '../manifest/breadth.js';
import { classify } from '../manifest/classify.js';
import { expiryOf } from '../manifest/lifecycle.js';
import type { Manifest, ManifestRow, Risk, Tier } from '../manifest/manifest.js';
import { proposeScope } from '../manifest/propose.js';
import { CI_PATHS, GOVERNANCE_PATHS, parseGlobs, refuseProtected } from '../manifest/scope.js';
import { type Authorization, authorizeManifest } from '../policy/policy.js';
import type { OperationContext } from '../ports.js';
import { PROFILE_PATH } from '../verification/profile.js';
import { findLiving, transition } from './manifest-state.js';
import { readPolicy } from './read-policy.js';
import { readChecks } from './read-profile.js';

export interface ManifestDraft {
  readonly objective?: string;
  readonly scope?: readonly string[];
  readonly deny?: readonly string[];
  readonly acceptance_criteria?: readonly string[];
  readonly non_goals?: readonly string[];
  readonly must_not_break?: readonly string[];
  /** Ids of optional or advisory checks that are to be required. */
  readonly checks?: readonly string[];
  /** The operator's word only; it can raise and lower what the rules say. */
  readonly tier?: Tier;
}

export interface Drafted {
  readonly manifest: Manifest;
  readonly authorization: Authorization;
}

/** Measures the starting tree and drafts a manifest on it. Writes only starting contents, outside the workspace. */
export async function draftManifest(ctx: OperationContext, input: ManifestDraft): Promise<Drafted> {
  const objective = input.objective?.trim() ?? '';
  if (objective === '')
    throw new CesError(
      'invalid_input',
      'There is no manifest yet, and no objective was given.',
      'Call ces_manifest with objective, scope and acceptance_criteria.',
    );
  const now = ctx.clock.now();
  const base = await ctx.workspace.readBase();
  const localIgnores = await ctx.workspace.readLocalIgnores();
  const scan = await ctx.workspace.scan({ mode: 'full', base, localIgnores });
  const files = scan.candidate.entries.map((entry) => entry.path);
  const { policy, source, digest } = await readPolicy(ctx, base.commit);
  const guards = [...GOVERNANCE_PATHS, ...CI_PATHS, ...policy.protectedPaths];
  const given = parseGlobs(input.scope ?? [], 'scope');
  refuseProtected(given, guards, 'scope');
  const proposed = given.length > 0 ? given : proposeScope(objective, files);
  const allow = proposed.length > 0 ? proposed : ['**'];
  const criteria = input.acceptance_criteria?.map((text) => text.trim()).filter((text) => text !== '') ?? [];
  const texts = criteria.length > 0 ? criteria : [objective];
  const rated = classify([objective, ...texts].join('\n'), allow);
  const risk =
    input.tier === undefined
      ? rated
      : { ...rated, tier: input.tier, reasons: [...rated.reasons, `tier ${input.tier}: the operator said so`] };
  const { checks, profile, accepted } = await readChecks(ctx, base, files, input.checks ?? []);
  const breadth = measureBreadth(allow, files, policy.maxFiles);
  const authorization = withProfile(authorizeManifest(policy, stricter(rated, risk), breadth), accepted);
  await ctx.content.keep(ctx.root, contentToKeep(scan, base));
  const startingScan = await ctx.content.saveScan(scan);
  return {
    authorization,
    manifest: {
      id: ctx.ids.create('M'),
      version: 1,
      objective,
      requested_by: ctx.caller.principal === 'operator' ? 'operator' : 'agent',
      scope: {
        allow,
        deny: parseGlobs(input.deny ?? [], 'deny'),
        protected: guards,
      },
      tools: { allow: ['*'], deny: [] },
      acceptance_criteria: texts.map((text, index) => ({ id: `AC-${index + 1}`, text })),
      non_goals: [...(input.non_goals ?? [])],
      must_not_break: [...(input.must_not_break ?? [])],
      checks: [...checks],
      profile,
      risk,
      policy: { source, digest, rule: authorization.rule },
      base: { commit: base.commit, tree: base.tree.digest, git_tree: base.tree.gitTree },
      starting_tree: scan.candidate.digest,
      starting_scan: startingScan,
      local_ignores: localIgnores,
      max_retries: policy.maxRetries,
      created_at: now,
      expires_at: expiryOf(risk.tier, now),
    },
  };
}

// Whoever decides what is checked decides what passes: a profile that the operator has not seen needs the operator.
function withProfile(authorization: Authorization, accepted: boolean): Authorization {
  if (accepted) return authorization;
  const reason = `${PROFILE_PATH} is not one that the operator accepted: it came by a commit since`;
  return { authorized: false, rule: 'profile=unseen', reasons: [reason, ...authorization.reasons] };
}

// Whoever types a lower tier may not be the operator: it lowers what is demanded only once the operator has signed it.
function stricter(rated: Risk, said: Risk): Risk {
  return said.tier < rated.tier ? said : rated;
}

/** Records a draft: `proposed`, then `authorized` where the policy says so. Refuses (`conflict`) when another came first. */
export function saveDraft(ctx: OperationContext, { manifest, authorization }: Drafted): ManifestRow {
  return ctx.store.transact((tx) => {
    const other = findLiving(tx);
    if (other !== null)
      throw new CesError(
        'conflict',
        `Manifest ${other.id} came first and is ${other.state}.`,
        'Call ces_manifest without an objective to see it.',
      );
    const at = manifest.created_at;
    const record = tx.putRecord({
      kind: 'manifest',
      id: `${manifest.id}@1`,
      manifestId: manifest.id,
      at,
      body: manifest,
    });
    const row: ManifestRow = {
      id: manifest.id,
      version: 1,
      digest: digestOf(manifest),
      state: 'proposed',
      retriesLeft: manifest.max_retries,
      updatedAt: at,
      manifest,
    };
    tx.saveManifest(row);
    tx.append(
      {
        type: 'manifest.proposed',
        ...ctx.caller,
        summary: `${manifest.id}: ${manifest.objective.slice(0, 120)}`,
        body: {
          manifest_id: manifest.id,
          record: { kind: 'manifest', id: `${manifest.id}@1`, digest: record },
          tier: manifest.risk.tier,
          authorized_by_policy: authorization.authorized,
          rule: authorization.rule,
          reasons: authorization.reasons,
        },
      },
      at,
    );
    return authorization.authorized ? transition(ctx, tx, row, 'authorized', `policy: ${authorization.rule}`, at) : row;
  });
}
