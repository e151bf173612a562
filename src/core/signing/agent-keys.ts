import { dirname, join } from 'node:path';
import type { RunProcess } from '../process/run.js';
import { findSshKeygen } from '../ssh-keygen.js';

const TIMEOUT_MS = 5000;

export interface AgentQuestion {
  /** `key-type base64`, as `describeKey` gives it. */
  readonly publicKey: string;
  /** Path of the agent's socket. */
  readonly socket: string;
  readonly runProcess: RunProcess;
}

/**
 * Asks whether an ssh-agent holds a key, and so would sign with it for anyone. `unknown` where an agent did not answer:
 * that is not a "no".
 */
export async function askAgentForKey(question: AgentQuestion): Promise<'held' | 'not_held' | 'unknown'> {
  const program = join(dirname(await findSshKeygen()), 'ssh-add');
  const result = await question.runProcess([program, '-L'], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', SSH_AUTH_SOCK: question.socket },
    timeoutMs: TIMEOUT_MS,
    maxBytes: 1024 * 1024,
  });
  const lines = result.stdout.toString('latin1').split('\n');
  if (result.exitCode === 0) {
    const wanted = `${question.publicKey} `;
    return lines.some((line) => `${line} `.startsWith(wanted)) ? 'held' : 'not_held';
  }
  return result.exitCode === 1 && lines[0]?.includes('no identities') === true ? 'not_held' : 'unknown';
}
