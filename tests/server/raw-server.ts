import { spawn } from 'node:child_process';
import { cesProgram, nodeProgram } from '../support/built.js';

export interface RawServer {
  readonly pid: number;
  readonly exitCode: Promise<number | null>;
  initialize(): Promise<void>;
  /** The result of a tool call. */
  call(tool: string, args: Record<string, unknown>): Promise<Record<string, unknown>>;
  writeLine(line: string | Buffer): void;
  endInput(): void;
  stderr(): string;
  dispose(): void;
}

/** The built `ces serve` without a client's library: for what a client never sends, and for how the process itself ends. */
export function startRawServer(root: string, env: Readonly<Record<string, string>>): RawServer {
  const child = spawn(nodeProgram, [cesProgram(), 'serve'], { cwd: root, env: { ...env } });
  const waiting = new Map<unknown, (result: Record<string, unknown>) => void>();
  let buffered = '';
  let stderr = '';
  let id = 0;
  child.stdin.on('error', () => undefined);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${buffered}${text}`.split('\n');
    buffered = lines.pop() ?? '';
    for (const line of lines) {
      const message: Record<string, unknown> = JSON.parse(line);
      waiting.get(message.id)?.(message);
    }
  });
  const exitCode = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  const writeLine = (line: string | Buffer): void => {
    child.stdin.write(line);
    child.stdin.write('\n');
  };
  const request = async (method: string, params: object): Promise<Record<string, unknown>> => {
    id += 1;
    const answered = new Promise<Record<string, unknown>>((resolve) => waiting.set(id, resolve));
    writeLine(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    const ended = exitCode.then((code) => Promise.reject(new Error(`ces serve ended with ${code}:\n${stderr}`)));
    const { result } = await Promise.race([answered, ended]);
    if (typeof result !== 'object' || result === null) throw new Error(`${method} was refused`);
    return { ...result };
  };
  return {
    pid: child.pid ?? 0,
    exitCode,
    initialize: async () => {
      const clientInfo = { name: 'raw', version: '1.0.0' };
      await request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
      writeLine(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
    },
    call: (name, args) => request('tools/call', { name, arguments: args }),
    writeLine,
    endInput: () => child.stdin.end(),
    stderr: () => stderr,
    dispose: () => {
      child.kill('SIGKILL');
    },
  };
}
