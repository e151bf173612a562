/**
 * The one error class for "could not answer". A "no" is never an error (it is a result with findings).
 * `message` says what happened, with the value; `hint` is the exact next command or tool.
 */
export type ErrorCode =
  | 'usage'
  | 'not_a_project'
  | 'already_initialized'
  | 'unsafe_state' // a symlinked, foreign-owned or half-written state path
  | 'state_corrupt'
  | 'state_newer' // written by a newer version of CES
  | 'state_unwritable'
  | 'root_lost_state' // a registered governed root without its .ces/
  | 'not_found'
  | 'illegal_transition'
  | 'no_active_manifest'
  | 'invalid_input'
  | 'path_outside_root'
  | 'unreadable_workspace'
  | 'git_failed'
  | 'tool_missing' // git, ssh-keygen or a check's program
  | 'process_failed'
  | 'signing_failed'
  | 'signature_invalid'
  | 'no_terminal'
  | 'no_key'
  | 'weak_passphrase'
  | 'forbidden' // this caller or the policy forbids it
  | 'conflict'; // somebody else changed it first

export class CesError extends Error {
  override readonly name = 'CesError';
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }
}

/** Exit code 3 is for what this caller may not do; every other error could not be answered. */
export function exitCodeOf(error: CesError): 2 | 3 {
  return error.code === 'forbidden' || error.code === 'no_terminal' ? 3 : 2;
}
