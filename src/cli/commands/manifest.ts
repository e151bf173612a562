import { showLine } from '../../core/approval/display.js';
import { CesError } from '../../core/errors.js';
import type { Tier } from '../../core/manifest/manifest.js';
import { draftManifest, saveDraft } from '../../core/operations/draft-manifest.js';
import { readLiving } from '../../core/operations/manifest-state.js';
import { nextForOperator } from '../../core/operations/next-step.js';
import { confirm, hasTerminal } from '../ask.js';
import { type Cli, type ExitCode, withProject } from '../cli.js';
import { refuseAgents } from '../guard.js';
import { renderManifest } from '../render/manifest.js';

interface ManifestOptions {
  readonly scope?: string[];
  readonly deny?: string[];
  readonly acceptance?: string[];
  readonly mustNotBreak?: string[];
  readonly check?: string[];
  readonly tier?: Tier;
  readonly yes?: boolean;
}

/** `ces manifest "REQUEST"`: drafts bounded work, shows it, records it. The policy or `ces approve` lets it start. */
export async function run(cli: Cli, request: string, options: ManifestOptions): Promise<ExitCode> {
  await refuseAgents(cli, 'ces manifest');
  return withProject(cli, 'write', async (ctx) => {
    const living = readLiving(ctx);
    if (living !== null)
      throw new CesError(
        'conflict',
        `Manifest ${living.id} is ${living.state} already: one piece of work at a time.`,
        `Look at it: ces status. Or end it: ces reject ${living.id} --cancel --reason TEXT`,
      );
    const drafted = await draftManifest(ctx, {
      objective: request,
      scope: options.scope,
      deny: options.deny,
      acceptance_criteria: options.acceptance,
      must_not_break: options.mustNotBreak,
      checks: options.check,
      tier: options.tier,
    });
    const { manifest, authorization } = drafted;
    // With --json and nothing to ask, the answer holds all of it.
    if (!cli.out.json || options.yes !== true) cli.out.show(renderManifest(cli.out.colors, manifest).join('\n'));
    if (options.yes !== true) {
      if (!hasTerminal())
        throw new CesError(
          'usage',
          'There is no terminal to ask on, so nothing was recorded.',
          'Read the draft, then run the same command with --yes.',
        );
      if (!(await confirm('Record this manifest?'))) {
        cli.out.say('Nothing was recorded.');
        return 1;
      }
    }
    const row = saveDraft(ctx, drafted);
    const next = nextForOperator(row);
    const { id, state } = row;
    cli.out.answer({ id, state, manifest_digest: row.digest, manifest, authorization, next }, () =>
      state === 'proposed'
        ? [
            `${id} waits for your signature: ${showLine(authorization.reasons.join('; ') || authorization.rule)}.`,
            `Next: ${next}`,
          ].join('\n')
        : `${id} is ${state} by policy (${authorization.rule}). Your agent takes it up when it calls ces_manifest.`,
    );
    return 0;
  });
}
