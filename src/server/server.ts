import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { version } from '../core/version.js';
import { TOOLS } from '../tools/index.js';
import { INSTRUCTIONS } from './instructions.js';
import { PROMPTS, renderPrompt } from './prompts.js';
import { RESOURCES, readResource } from './resources.js';
import { explainError, type GetContext, handleTool } from './tool-handler.js';

export interface ServerParts {
  readonly getContext: GetContext;
  /** Called before a tool runs, with the id that the client gave the call. */
  readonly onCall: (tool: string, id: string | undefined) => void;
  readonly log: (line: string) => void;
}

/** The MCP server: tools, prompts, resources. `notify` tells subscribers that something may have changed. */
export function createServer({ getContext, onCall, log }: ServerParts): { server: Server; notify(): void } {
  const server = new Server(
    { name: 'ces', title: 'Controlled Execution System', version },
    { capabilities: { tools: {}, prompts: {}, resources: { subscribe: true } }, instructions: INSTRUCTIONS },
  );
  const subscribed = new Set<string>();
  const readWhole = async (uri: string): Promise<object | null> => {
    try {
      return await readResource(await getContext(), uri);
    } catch (error) {
      throw new McpError(ErrorCode.InvalidRequest, explainError(error, 'a resource', log));
    }
  };

  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: TOOLS.map(({ name, title, description, annotations, inputSchema, outputSchema }) => ({
      name,
      title,
      description,
      annotations: { title, ...annotations },
      inputSchema: { type: 'object' as const, ...inputSchema },
      outputSchema: { type: 'object' as const, ...outputSchema },
    })),
  }));

  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const tool = TOOLS.find((candidate) => candidate.name === params.name);
    if (tool === undefined)
      throw new McpError(
        ErrorCode.InvalidParams,
        `There is no tool ${JSON.stringify(params.name.slice(0, 60))}; there are ${TOOLS.map(({ name }) => name).join(', ')}.`,
      );
    const token = extra._meta?.progressToken;
    let step = 0;
    const progress = (message: string): void => {
      step += 1;
      if (token !== undefined)
        void extra
          .sendNotification({
            method: 'notifications/progress',
            params: { progressToken: token, progress: step, message },
          })
          .catch(() => undefined);
    };
    const gated: GetContext = async () => {
      const ctx = await getContext();
      onCall(tool.name, callIdOf(extra._meta));
      return ctx;
    };
    return handleTool(tool, gated, params.arguments ?? {}, { signal: extra.signal, progress }, log);
  });

  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: [...PROMPTS] }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) => {
    const prompt = renderPrompt(params.name, params.arguments ?? {});
    if (prompt === null)
      throw new McpError(
        ErrorCode.InvalidParams,
        `There is no prompt ${JSON.stringify(params.name.slice(0, 60))}; there are start and finish.`,
      );
    return prompt;
  });

  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: [...RESOURCES] }));
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params }) => {
    const content = await readWhole(params.uri);
    if (content === null)
      throw new McpError(
        ErrorCode.InvalidParams,
        `There is no resource ${JSON.stringify(params.uri.slice(0, 200))}; there are ${RESOURCES.map(({ uri }) => uri).join(', ')}.`,
      );
    return { contents: [{ uri: params.uri, mimeType: 'application/json', text: JSON.stringify(content) }] };
  });
  server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    subscribed.add(params.uri);
    return {};
  });
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    subscribed.delete(params.uri);
    return {};
  });

  return {
    server,
    notify: () => {
      for (const uri of subscribed) void server.sendResourceUpdated({ uri }).catch(() => undefined);
    },
  };
}

// Claude Code sends the id of the tool use, Codex that of the call: the same id its hooks see.
function callIdOf(meta: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const id = meta?.['claudecode/toolUseId'] ?? meta?.callId;
  return typeof id === 'string' && id.length <= 200 ? id : undefined;
}
