import { CesError } from '../core/errors.js';
import { openTerminal } from '../core/signing/terminal.js';
import { type Cli, withProject } from './cli.js';

/** Refuses (`forbidden`) what only the operator may do where an agent's marks are in the environment, and records the attempt. */
export async function refuseAgents(cli: Cli, what: string): Promise<void> {
  const { findAgentMarks } = await import('../core/signing/agent-marks.js');
  const marks = findAgentMarks(cli.env);
  if (marks.length === 0) return;
  await record(cli, what, `called from inside an agent (${marks.join(', ')})`);
  throw new CesError(
    'forbidden',
    `${what} is the operator's: this shell belongs to an agent (${marks.join(', ')}).`,
    'Run it yourself, in a terminal of your own.',
  );
}

/** Refuses (`no_terminal`) what needs a person where there is no terminal, and records the attempt. */
export async function requireTerminal(cli: Cli, what: string): Promise<void> {
  const { closeSync } = await import('node:fs');
  try {
    closeSync(openTerminal());
  } catch (error) {
    await record(cli, what, 'called without a terminal');
    throw error;
  }
}

// Nothing to write to (no project, a broken one) makes the refusal no weaker.
async function record(cli: Cli, what: string, why: string): Promise<void> {
  const { recordAttempt } = await import('../core/operations/record-attempt.js');
  await withProject(cli, 'write', async (ctx) => recordAttempt(ctx, { what, why })).catch((error: unknown) => {
    if (!(error instanceof CesError)) throw error;
  });
}
