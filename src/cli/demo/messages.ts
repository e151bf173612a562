import { z } from 'zod';

/** What the agent's process tells the demo, one JSON object a line on its stdout. */
export const agentMessage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('connected'),
    serverPid: z.number(),
    server: z.string(),
    tools: z.array(z.string()),
  }),
  z.strictObject({ type: z.literal('says'), text: z.string() }),
  z.strictObject({ type: z.literal('asks'), tool: z.string(), text: z.string() }),
  z.strictObject({
    type: z.literal('answered'),
    step: z.string(),
    tool: z.string(),
    isError: z.boolean(),
    answer: z.record(z.string(), z.unknown()),
    text: z.string(),
  }),
  z.strictObject({ type: z.literal('failed'), text: z.string() }),
]);
export type AgentMessage = z.infer<typeof agentMessage>;
export type Answered = Extract<AgentMessage, { type: 'answered' }>;
