import type { BaseMove, ClaimFacts, ClaimRule } from '../facts.js';
import type { FindingInput } from '../finding.js';

/** What a commit would not hold, and what CES could not read as it is. */
export const residueRule: ClaimRule = ({ residue, refusals }) => [
  ...residue.flatMap(({ path, kind, class: group, severity }): FindingInput[] => {
    // Installed packages have a rule of their own.
    if (severity === 'quiet' || severity === 'info' || group === 'dependency') return [];
    const governs = path.startsWith('.ces/');
    return [
      {
        kind: governs ? 'governance_tamper' : 'residue',
        severity,
        message: `${path} was ${kind} outside what a commit holds (${group}).`,
        fix:
          severity === 'low'
            ? 'No check sees it; nothing needs to be done.'
            : `Put ${path} back as it was, or tell the operator why it must stay.`,
        path,
      },
    ];
  }),
  ...refusals.map(
    ({ path, reason, detail }): FindingInput => ({
      kind: 'residue',
      severity: 'high',
      message: `${path} can't be judged by its bytes (${reason}): ${detail}`,
      fix: 'Undo what makes git store other bytes than the file has, or make the file readable.',
      path,
    }),
  ),
];

/** What was there before the work began, and when nobody watched: for the operator to judge. */
export const observationRule: ClaimRule = ({ unattributed, residueBefore, baseMoved, acceptedGone, gaps }) => [
  ...(acceptedGone ? [ACCEPTED_GONE] : []),
  ...residueBefore.filter(({ severity }) => severity === 'high' || severity === 'medium').map(describeEarlier),
  ...(baseMoved === null ? [] : [describeMove(baseMoved)]),
  ...unattributed.map(
    (path): FindingInput => ({
      kind: 'unattributed',
      severity: 'medium',
      message: `${path} differed from the base before this work began.`,
      fix: 'Nothing for you to do: the operator is shown it, and signs for it or not.',
      path,
    }),
  ),
  ...(gaps.length === 0
    ? []
    : [
        {
          kind: 'observation_gap' as const,
          severity: 'low' as const,
          message: `The watcher could not look ${gaps.length} time(s): ${gaps
            .map((gap) => `${gap.kind} from ${gap.from} to ${gap.to ?? 'now'}`)
            .slice(0, 5)
            .join('; ')}.`,
          fix: 'Nothing for you to do: the comparison of trees does not depend on it.',
        },
      ]),
];

const ACCEPTED_GONE: FindingInput = {
  kind: 'observation_gap',
  severity: 'high',
  message:
    'What the operator last answered for (at ces init, or by an approval) was recorded, and is gone from the state folder: what changed since can not be told.',
  fix: 'Put the state folder back from a copy, or let the operator look at everything and waive this.',
  check: 'accepted',
};

function describeEarlier({ path, kind, class: group }: ClaimFacts['residueBefore'][number]): FindingInput {
  return {
    kind: 'unattributed',
    severity: 'medium',
    message: `${path} was ${kind} (${group}) before this work began, since the operator last answered for it; no commit shows it.`,
    fix: 'Nothing for you to do: the operator is shown it.',
    path,
  };
}

function describeMove({ since, commit, paths }: BaseMove): FindingInput {
  const from = `${since === 'approval' ? 'the last approval' : 'ces init'}${commit === null ? '' : ` on ${commit.slice(0, 12)}`}`;
  const named = paths.slice(0, 5).join(', ') + (paths.length > 5 ? ` and ${paths.length - 5} more` : '');
  return {
    kind: 'unattributed',
    severity: 'medium',
    message: `Commits that no approval covers changed ${paths.length} path(s) of the base since ${from}: ${named}.`,
    fix: 'Nothing for you to do: the operator is shown it. The work stands on those commits, and the signature does not cover them.',
    check: 'base',
  };
}
