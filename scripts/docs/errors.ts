import type { ErrorCode } from '../../src/core/errors.js';
import { renderTable } from './sections.js';

/** Every error code, what it means, and what to do about it beside the hint that is printed with it. */
export const ERROR_HELP: Readonly<Record<ErrorCode, { means: string; todo: string }>> = {
  usage: { means: 'The command line is not one that CES has.', todo: '`ces help COMMAND` shows options and examples.' },
  not_a_project: {
    means: 'Neither this folder nor one above it is governed.',
    todo: 'Go to the project, give `--project-root DIR`, or run `ces init`.',
  },
  already_initialized: { means: 'The project is governed already.', todo: 'Go on with `ces status`.' },
  unsafe_state: {
    means: 'A path that CES keeps state in is a link, of another kind, somebody else’s, or open to others.',
    todo: 'Find out what put it there. Remove it or mend its permissions, then try again.',
  },
  state_corrupt: {
    means: 'State is not as CES wrote it: a row, a record, a kept tree or the witness was changed.',
    todo: 'Keep the file. `ces audit verify` says through which entry the history can be trusted.',
  },
  state_newer: { means: '`.ces/state.db` was written by a newer CES.', todo: 'Upgrade CES; nothing was changed.' },
  state_unwritable: {
    means: 'State could not be written: permissions, a full disk, a read-only folder.',
    todo: 'Make room or mend the permissions. What was acknowledged before is kept.',
  },
  root_lost_state: {
    means: 'This root is governed, but its `.ces/` is gone; or this is a worktree of a governed repository.',
    todo: 'Restore `.ces/`; run `ces init` in a worktree; or end it with `ces uninstall --all`.',
  },
  not_found: {
    means: 'There is nothing with that id, or no such folder.',
    todo: 'Ids are shown by `ces status` and `ces audit`.',
  },
  illegal_transition: {
    means: 'The manifest is in a state that this step can not follow.',
    todo: '`ces why` names what it waits for. A final state needs a new manifest.',
  },
  no_active_manifest: {
    means: 'There is no manifest to work on.',
    todo: 'The agent calls `ces_manifest`; or you run `ces manifest`.',
  },
  invalid_input: {
    means: 'A field, a file or a value is not what is expected; the message names it.',
    todo: 'Correct that value. Unknown fields are refused on purpose.',
  },
  path_outside_root: {
    means: 'A path leads out of the project.',
    todo: 'Give paths relative to the root, with `/` and without `..`.',
  },
  unreadable_workspace: {
    means: 'Something below the root can not be read, or the root is not what it should be.',
    todo: 'Make it readable, or remove it. CES works at the top level of a repository.',
  },
  git_failed: {
    means: 'git did not answer, or lacks an object.',
    todo: 'Run `git fsck`; fetch what a shallow or partial clone left out.',
  },
  tool_missing: {
    means: 'git, ssh-keygen or the program of a check is not there.',
    todo: 'Install it, or correct `PATH` or the profile.',
  },
  process_failed: {
    means: 'A program could not be started, did not end, or could not be stopped.',
    todo: 'The message names the program; run it by hand to see why.',
  },
  signing_failed: { means: 'Nothing was signed.', todo: 'Mostly a mistyped passphrase: run `ces approve` again.' },
  signature_invalid: {
    means: 'The signature is not one of a signer that you pinned, for these bytes.',
    todo: '`ces key show` says which key it should be.',
  },
  no_terminal: {
    means: 'The command needs a person at a terminal.',
    todo: 'Run it in a terminal window of your own, not in the agent’s shell.',
  },
  no_key: { means: 'There is no key to approve with.', todo: 'Run `ces key create`.' },
  weak_passphrase: {
    means: 'The passphrase is too easy to guess.',
    todo: 'The message says what it lacks; several random words do well.',
  },
  forbidden: {
    means: 'This caller, or the policy, may not do this.',
    todo: 'If you are the operator, run it in a terminal of your own.',
  },
  conflict: {
    means: 'Somebody else changed it first, or something stands against it.',
    todo: 'Look again (`ces status`), then repeat.',
  },
};

export function renderErrors(): string {
  return renderTable(
    ['Code', 'Means', 'What to do'],
    Object.entries(ERROR_HELP).map(([code, { means, todo }]) => [`\`${code}\``, means, todo]),
  );
}
