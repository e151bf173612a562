import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { cesProgram, nodeProgram } from '../support/built.js';
import { pollUntil } from '../support/deadline.js';

export type Message = Readonly<Record<string, unknown>>;

/** `ces serve` with nothing in between: lines in, lines out. */
export interface WireClient {
  readonly pid: number;
  /** Every message so far. */
  readonly messages: readonly Message[];
  /** Writes text as it is; end it with a line end. */
  write(text: string | Buffer): void;
  send(message: object): void;
  /** Sends a request and waits for the answer of its id. */
  ask(method: string, params?: object): Promise<Message>;
  waitFor(what: string, matches: (message: Message) => boolean): Promise<Message>;
  isAlive(): boolean;
  /** Opens a session as a client does. */
  initialize(): Promise<Message>;
  close(): Promise<void>;
}

export function startWire(root: string, env: Readonly<Record<string, string>>): WireClient {
  const child: ChildProcessWithoutNullStreams = spawn(nodeProgram, [cesProgram(), 'serve'], {
    cwd: root,
    env: { ...env },
  });
  const messages: Message[] = [];
  const ended = new Promise((resolve) => child.on('exit', resolve));
  child.stderr.resume();
  // Writing to a server that has ended is what some tests look for.
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => messages.push(JSON.parse(line)));
  let last = 0;
  const server: WireClient = {
    pid: child.pid ?? 0,
    messages,
    write: (text) => void child.stdin.write(text),
    send: (message) => server.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
    ask: (method, params = {}) => {
      last += 1;
      const id = last;
      server.send({ id, method, params });
      return server.waitFor(`an answer to ${method}`, (message) => message.id === id);
    },
    waitFor: (message, matches) => pollUntil(() => messages.find(matches), { message }),
    isAlive: () => child.exitCode === null && child.signalCode === null,
    initialize: async () => {
      const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
      const answer = await server.ask('initialize', params);
      server.send({ method: 'notifications/initialized' });
      return answer;
    },
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
  return server;
}
