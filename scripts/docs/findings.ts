import type { FindingKind } from '../../src/core/claim/finding.js';
import { FINDING_KINDS } from '../../src/core/claim/finding.js';
import { renderTable } from './sections.js';

/** What each kind means, and what mends it. `raised` is false for a kind that nothing raises yet. */
export const FINDING_HELP: Readonly<Record<FindingKind, { means: string; fix: string; raised: boolean }>> = {
  schema_violation: {
    means: 'The claim names a criterion that the manifest does not have.',
    fix: 'The agent uses the ids that `ces_manifest` gave.',
    raised: true,
  },
  criterion_unaddressed: {
    means: 'A criterion has no evidence.',
    fix: 'The agent hands in evidence for it and names it in the claim.',
    raised: true,
  },
  check_failed: {
    means: 'A required check did not pass when CES ran it; `inconclusive` is not a pass.',
    fix: 'The agent mends the cause and calls `ces_verify` again. Read the check’s reason before you think of waiving it.',
    raised: true,
  },
  check_missing: {
    means: 'A required check has not been run on these files, no check is required at all, or no claim was made.',
    fix: 'Run `ces_verify` or `ces verify`. Without any required check you decide on the files alone.',
    raised: true,
  },
  evidence_mismatch: {
    means:
      'The claim and the measured change disagree: a file is claimed and unchanged, or changed and not claimed, or the evidence named is for something else.',
    fix: 'The agent corrects the list, or makes or undoes the change.',
    raised: true,
  },
  scope_violation: {
    means: 'A file outside the scope changed, or the claim itself names a deviation.',
    fix: 'The agent undoes it, or asks for a wider scope with `amend`; you grant that with `ces approve`.',
    raised: true,
  },
  protected_path: {
    means: 'A file that no agent may change did change, such as a CI file that the scope does not name.',
    fix: 'Undo it. If it is meant, make the change yourself, or let the scope name the file.',
    raised: true,
  },
  test_integrity: {
    means: 'A test, its configuration or a script was weakened: deleted, skipped, narrowed, or pointed elsewhere.',
    fix: 'Look at the diff of that file. It is softer where a criterion names the file.',
    raised: true,
  },
  dependency_undeclared: {
    means: 'A dependency came, went or changed, and the claim does not say why.',
    fix: 'The agent declares it with a reason, or undoes it.',
    raised: true,
  },
  residue: {
    means:
      'Something changed that a commit would not hold (a hook, `.env`, a package folder), or a file can not be judged by its bytes.',
    fix: 'Undo it, or say why it must stay; a check never sees residue, dependencies apart.',
    raised: true,
  },
  unattributed: {
    means: 'A file already differed from the base before the work began.',
    fix: 'Is it yours? Commit or approve it apart. Signing includes it.',
    raised: true,
  },
  observation_gap: {
    means: 'For a while nobody watched, or something could not be looked at.',
    fix: 'The comparison of trees does not depend on the watcher; the times in the timeline do.',
    raised: true,
  },
  stale: {
    means: 'The files changed after the run or the evidence that is shown for them.',
    fix: 'Verify again, and change nothing between that and the claim.',
    raised: true,
  },
  open_question: {
    means: 'The claim leaves a question open.',
    fix: 'Answer it; the agent may also report itself blocked with it.',
    raised: true,
  },
  governance_tamper: {
    means:
      'What governs the work was changed: `.ces/`, the client’s settings or hooks, a row of the database, a decision that nobody signed.',
    fix: 'Run `ces audit verify`. Keep `.ces/state.db` to look into it, and trust nothing that came after.',
    raised: true,
  },
  secret: {
    means: 'A secret stands in a file that a commit would hold.',
    fix: 'Take it out and change the secret.',
    raised: false,
  },
  sensitive_change: {
    means: 'A file in a sensitive place changed: migrations, authentication, security, payments, infrastructure.',
    fix: 'Read that part of the diff with care; nothing else is asked.',
    raised: true,
  },
  coverage_gap: {
    means: 'Changed code that no test runs.',
    fix: 'Ask for tests, or waive it with a reason.',
    raised: false,
  },
};

export function renderFindings(): string {
  return renderTable(
    ['Kind', 'Means', 'What to do'],
    FINDING_KINDS.map((kind) => {
      const { means, fix, raised } = FINDING_HELP[kind];
      return [`\`${kind}\``, raised ? means : `${means} *Not raised yet.*`, fix];
    }),
  );
}
