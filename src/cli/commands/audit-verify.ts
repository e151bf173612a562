import { showLine } from '../../core/approval/display.js';
import { verifyLedger } from '../../core/operations/audit.js';
import { type Cli, type ExitCode, withProject } from '../cli.js';
import { renderFindings } from '../render/findings.js';
import { paintVerdict } from '../render/run.js';

/** `ces audit verify`: the whole ledger, its rows, and the heads kept elsewhere. Exit 1 where something does not fit. */
export async function run(cli: Cli): Promise<ExitCode> {
  const verdict = await withProject(cli, 'read', verifyLedger);
  const { ok, entries, head, firstBad, problems, trustedThrough, findings } = verdict;
  const decisions = verdict.decisions.map(({ id, kind, at, signer, verdict: { status, reason } }) => ({
    id,
    kind,
    at,
    signer,
    status,
    reason,
  }));
  const { colors } = cli.out;
  cli.out.answer(
    { ok, entries, head, first_bad: firstBad, problems, trusted_through: trustedThrough, findings, decisions },
    () =>
      [
        ok
          ? `${colors.green('Sound')}: ${entries} entries, head ${head?.hash ?? 'none'}`
          : `${colors.red('Not sound')}: ${problems.length} problem(s) in ${entries} entries, ${findings.length} in what they record`,
        ...problems.map(({ sequence, problem }) => `  entry ${sequence}: ${problem}`),
        ...renderFindings(colors, findings),
        ...decisions.map(
          ({ id, kind, status, reason }) => `  ${id} ${kind}: ${paintVerdict(colors, status)}, ${showLine(reason)}`,
        ),
        ...(ok ? [] : [`The history can be trusted through entry ${trustedThrough}.`]),
      ].join('\n'),
  );
  return ok ? 0 : 1;
}
