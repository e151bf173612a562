import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { killGroup, killGroupAtExit } from '../../core/process/process-group.js';
import { type AgentMessage, agentMessage } from './messages.js';
import { programPath } from './programs.js';

const LEAVE_MS = 10_000;

export interface AgentProcess {
  readonly pid: number;
  /** What it says, as it says it; ends when the process does. */
  readonly messages: AsyncIterable<AgentMessage>;
  /** Has it leave, with the server that it started, and returns its exit code (null when killed) once all of it is gone. */
  stop(): Promise<number | null>;
}

/** Starts the scripted agent in the project, in a process group of its own: a Ctrl-C is for us to pass on. */
export function startAgent(options: {
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}): AgentProcess {
  const child = spawn(process.execPath, [programPath('demo-agent.js'), programPath('ces.js')], {
    cwd: options.root,
    env: { ...options.env },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error('the agent did not start');
  const forget = killGroupAtExit(pid);
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
  });
  const leave = (): void => {
    child.kill('SIGTERM');
  };
  options.signal.addEventListener('abort', leave, { once: true });
  for (const source of [child, child.stdin]) source.on('error', () => {}); // its exit code says so

  async function stop(): Promise<number | null> {
    options.signal.removeEventListener('abort', leave);
    leave();
    const late = setTimeout(() => child.kill('SIGKILL'), LEAVE_MS);
    const code = await exited;
    clearTimeout(late);
    if (pid !== undefined) await killGroup(pid);
    forget();
    return code;
  }

  return { pid, messages: readMessages(child.stdout), stop };
}

async function* readMessages(stdout: NodeJS.ReadableStream): AsyncGenerator<AgentMessage> {
  for await (const line of createInterface({ input: stdout })) yield agentMessage.parse(JSON.parse(line));
}
