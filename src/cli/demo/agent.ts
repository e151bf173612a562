// A program of its own: an MCP client that works on the demo's project as agents do. It knows CES by its answers alone.
// Usage: node demo-agent.js CES_PROGRAM, in the project's root; see messages.ts for what it prints.
import { resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { z } from 'zod';
import { version } from '../../core/version.js';
import { work } from './agent-work.js';
import type { AgentMessage } from './messages.js';

const answerSchema = z.object({
  isError: z.boolean().default(false),
  structuredContent: z.record(z.string(), z.unknown()).default({}),
  content: z.array(z.object({ text: z.string().default('') })).default([]),
});

const program = process.argv[2] ?? '';
const transport = new StdioClientTransport({
  command: process.execPath,
  args: [resolve(program), 'serve'],
  cwd: process.cwd(),
  env: Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value]] : []))),
  stderr: 'inherit',
});
const client = new Client({ name: 'demo-agent', version });

function tell(message: AgentMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

// Whoever started it has gone or wants it gone: the server, which it started, goes first.
let leaving = false;
async function leave(code: number): Promise<void> {
  if (leaving) return;
  leaving = true;
  await client.close().catch(() => undefined);
  process.exit(code);
}
process.stdin.on('end', () => void leave(1)).resume();
process.on('SIGTERM', () => void leave(1));

try {
  await client.connect(transport);
  const { name = '', version: serverVersion = '' } = client.getServerVersion() ?? {};
  const { tools } = await client.listTools();
  tell({
    type: 'connected',
    serverPid: transport.pid ?? 0,
    server: `${name} ${serverVersion}`,
    tools: tools.map((tool) => tool.name),
  });
  await work({
    say: (text) => tell({ type: 'says', text }),
    call: async (step, tool, args, text) => {
      tell({ type: 'asks', tool, text });
      const result = answerSchema.parse(await client.callTool({ name: tool, arguments: args }));
      const { isError, structuredContent: answer, content } = result;
      tell({ type: 'answered', step, tool, isError, answer, text: content.map((block) => block.text).join('\n') });
      return answer;
    },
  });
  await leave(0);
} catch (error) {
  if (!leaving) tell({ type: 'failed', text: error instanceof Error ? error.message : String(error) });
  await leave(1);
}
