import type { Cwds } from './judgement.js';

/** Where the shell may stand after a command: when it succeeded, when it failed. Empty where it does not get past it. */
export interface Flow {
  readonly ok: Cwds;
  readonly fail: Cwds;
}

const MAX_FOLDERS = 8;

/** Either of two; unknown if one is, or if they get too many. */
export function join(first: Cwds, second: Cwds): Cwds {
  if (first === null || second === null) return null;
  const all = [...new Set([...first, ...second])];
  return all.length > MAX_FOLDERS ? null : all;
}

/** Where the next command stands. After an `exit` that is nowhere, and what follows is judged where the shell stood. */
export function settle(flow: Flow, before: Cwds): Cwds {
  const after = join(flow.ok, flow.fail);
  return after !== null && after.length === 0 ? before : after;
}
