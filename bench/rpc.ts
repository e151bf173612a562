import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export interface RpcServer {
  readonly pid: number;
  /** Milliseconds from the spawn to the answer to `initialize`. */
  readonly startedMs: number;
  request(method: string, params: object): Promise<unknown>;
  /** Ends it, and waits for that. */
  stop(): Promise<void>;
}

/** Starts an MCP server and speaks the bare protocol with it: a client library would add its own time to both sides. */
export async function startServer(
  argv: readonly string[],
  options: { cwd: string; env: Readonly<Record<string, string>> },
): Promise<RpcServer> {
  const begun = performance.now();
  const child = spawn(process.execPath, argv, { ...options, stdio: ['pipe', 'pipe', 'ignore'] });
  const waiting = new Map<number, (answer: unknown) => void>();
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  let text = '';
  let id = 0;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n')) {
      take(text.slice(0, end), waiting);
      text = text.slice(end + 1);
    }
  });
  const request = (method: string, params: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      id += 1;
      waiting.set(id, resolve);
      void ended.then(() => reject(new Error(`${argv.join(' ')} ended before it answered ${method}`)));
      send(child, { jsonrpc: '2.0', id, method, params });
    });
  await request('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'bench', version: '1.0.0' },
  });
  const startedMs = performance.now() - begun;
  send(child, { jsonrpc: '2.0', method: 'notifications/initialized' });
  return {
    pid: child.pid ?? 0,
    startedMs,
    request,
    stop: async () => {
      child.stdin.end();
      const kill = setTimeout(() => child.kill('SIGKILL'), 3000);
      await ended;
      clearTimeout(kill);
    },
  };
}

function send(child: ChildProcessByStdio<Writable, Readable, null>, message: object): void {
  child.stdin.write(`${JSON.stringify(message)}\n`);
}

function take(line: string, waiting: Map<number, (answer: unknown) => void>): void {
  const message: { id?: unknown; result?: unknown; error?: unknown; method?: unknown } = JSON.parse(line);
  if (typeof message.id !== 'number' || message.method !== undefined) return;
  waiting.get(message.id)?.(message.result ?? message.error);
  waiting.delete(message.id);
}
