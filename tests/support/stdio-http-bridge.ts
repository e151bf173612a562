import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import { cesProgram, nodeProgram } from './built.js';

export interface Bridge {
  /** For clients that only speak HTTP. */
  readonly url: string;
  /** Every line that the servers wrote, in order. */
  readonly lines: readonly string[];
  close(): Promise<void>;
}

/**
 * Puts the real `ces serve` behind an HTTP address: a POST is one line to its stdin, the line with the same id is the
 * answer. Each `initialize` gets a server process of its own, as each client of a stdio server has.
 */
export async function startBridge(root: string, env: Readonly<Record<string, string>>): Promise<Bridge> {
  const lines: string[] = [];
  const children: ChildProcess[] = [];
  let server: ReturnType<typeof startServer> | undefined;

  function startServer() {
    const child = spawn(nodeProgram, [cesProgram(), 'serve'], {
      cwd: root,
      env: { ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const waiting = new Map<string, (line: string) => void>();
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      waiting.get(idOf(line))?.(line);
    });
    children.push(child);
    return {
      send: (line: string): void => {
        child.stdin.write(`${line}\n`);
      },
      ask: (line: string): Promise<string> =>
        new Promise((resolve) => {
          waiting.set(idOf(line), resolve);
          child.stdin.write(`${line}\n`);
        }),
    };
  }

  const http = createServer((request, response) => void handle(request, response));
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'DELETE') return void response.writeHead(200).end();
    if (request.method !== 'POST') return void response.writeHead(405).end();
    const message: { id?: unknown; method?: unknown } = JSON.parse(await readBody(request));
    if (message.method === 'initialize' || server === undefined) server = startServer();
    if (message.id === undefined) {
      server.send(JSON.stringify(message));
      return void response.writeHead(202).end();
    }
    const answer = await server.ask(JSON.stringify(message));
    response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'bridge' }).end(answer);
  }

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    lines,
    close: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      await Promise.all(children.map(endChild));
    },
  };
}

function endChild(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  const ended = new Promise((resolve) => child.on('exit', resolve));
  child.stdin?.end();
  return ended;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function idOf(line: string): string {
  const message: { id?: unknown } | null = JSON.parse(line);
  return JSON.stringify(message?.id);
}
