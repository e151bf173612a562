import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { cesProgram, nodeProgram } from './built.js';
import { pollUntil } from './deadline.js';
import { refuseNodeWarnings } from './node-warnings.js';

export interface Answer {
  readonly isError: boolean;
  /** What the model sees. */
  readonly structured: Readonly<Record<string, unknown>>;
  /** The lines for people. */
  readonly text: string;
}

export interface McpSession {
  readonly client: Client;
  readonly pid: number;
  call(tool: string, args?: Record<string, unknown>): Promise<Answer>;
  listTools(): Promise<string[]>;
  stderr(): string;
  isAlive(): boolean;
  /** Sends the signal and waits until the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Ends the session as a client does. Throws on a warning by Node in the server's stderr. */
  close(): Promise<void>;
}

/** Starts the built `ces serve` in a folder, with exactly this environment, and connects the SDK's own client over stdio. */
export async function startMcp(
  root: string,
  env: Readonly<Record<string, string>>,
  nodeArgs: readonly string[] = [],
  wrap: readonly string[] = [],
): Promise<McpSession> {
  const [command = nodeProgram, ...args] = [...wrap, nodeProgram, ...nodeArgs, cesProgram(), 'serve'];
  const transport = new StdioClientTransport({
    command,
    args,
    cwd: root,
    env: { ...env },
    stderr: 'pipe',
  });
  let stderr = '';
  transport.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  const client = new Client({ name: 'ces-tests', version: '1.0.0' });
  await client.connect(transport).catch((error: unknown) => {
    throw new Error(`ces serve did not answer: ${String(error)}\n${stderr}`);
  });
  const pid = transport.pid;
  if (pid === null) throw new Error('ces serve ended at once');
  return {
    client,
    pid,
    call: async (tool, args = {}) => readAnswer(await client.callTool({ name: tool, arguments: args })),
    listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
    stderr: () => stderr,
    isAlive: () => isAlive(pid),
    kill: async (signal = 'SIGKILL') => {
      process.kill(pid, signal);
      await pollUntil(() => !isAlive(pid), { message: `process ${pid} is gone after ${signal}` });
      await client.close();
    },
    close: async () => {
      await client.close();
      await pollUntil(() => !isAlive(pid), { message: `ces serve (${pid}) has ended` });
      refuseNodeWarnings(stderr);
    },
  };
}

function readAnswer(result: Awaited<ReturnType<Client['callTool']>>): Answer {
  const structured = isRecord(result.structuredContent) ? result.structuredContent : {};
  const blocks: readonly unknown[] = Array.isArray(result.content) ? result.content : [];
  const lines = blocks.flatMap((block) => (isRecord(block) && typeof block.text === 'string' ? [block.text] : []));
  return { isError: result.isError === true, structured, text: lines.join('\n') };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
