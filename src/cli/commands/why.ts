import { showLine } from '../../core/approval/display.js';
import { FINDING_KINDS } from '../../core/claim/finding.js';
import { explainWhy } from '../../core/operations/explain-why.js';
import { type Cli, type ExitCode, withProject } from '../cli.js';

/** `ces why`: one blocker, what shows it, one command. Exit 1 where that is a finding, not a step that somebody has to take. */
export async function run(cli: Cli): Promise<ExitCode> {
  const why = await withProject(cli, 'read', explainWhy);
  const { colors } = cli.out;
  cli.out.answer(why, () =>
    [
      ...(why.blocker === null
        ? [colors.green('Nothing stands in the way: what lies here is approved.')]
        : [
            `${colors.bold(why.blocker.kind)}: ${showLine(why.blocker.message)}`,
            `  ${colors.dim(`seen in: ${showLine(why.blocker.evidence)}`)}`,
          ]),
      `Next: ${why.next_command}`,
    ].join('\n'),
  );
  return FINDING_KINDS.some((kind) => kind === why.blocker?.kind) ? 1 : 0;
}
