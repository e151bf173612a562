import type { ErrorCode } from '../../src/core/errors.js';

// A record, so that the compiler asks for a code that is new.
const known: Readonly<Record<ErrorCode, true>> = {
  usage: true,
  not_a_project: true,
  already_initialized: true,
  unsafe_state: true,
  state_corrupt: true,
  state_newer: true,
  state_unwritable: true,
  root_lost_state: true,
  not_found: true,
  illegal_transition: true,
  no_active_manifest: true,
  invalid_input: true,
  path_outside_root: true,
  unreadable_workspace: true,
  git_failed: true,
  tool_missing: true,
  process_failed: true,
  signing_failed: true,
  signature_invalid: true,
  no_terminal: true,
  no_key: true,
  weak_passphrase: true,
  forbidden: true,
  conflict: true,
};

/** Every code that an error of the product may carry. */
export const ERROR_CODES: readonly string[] = Object.keys(known);
