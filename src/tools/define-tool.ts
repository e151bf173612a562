import type { z } from 'zod';
import type { OperationContext } from '../core/ports.js';
import { publicSchema } from './public-schema.js';

/** What a tool says of itself to clients. All four are given: a headless client refuses a tool that leaves one open. */
export interface ToolAnnotations {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: false;
  readonly idempotentHint: boolean;
  readonly openWorldHint: false;
}

/** What a handler may use of the call beside its input. */
export interface ToolCall {
  readonly signal: AbortSignal;
  /** Tells a waiting client that work goes on; does nothing where the client did not ask. */
  progress(message: string): void;
}

export interface ToolDefinition<I extends z.ZodRawShape, O extends z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  /** Under 1,000 characters. */
  readonly description: string;
  readonly input: z.ZodObject<I, z.core.$strict>;
  readonly output: z.ZodObject<O, z.core.$strict>;
  readonly annotations: ToolAnnotations;
  readonly handler: (
    ctx: OperationContext,
    input: z.output<z.ZodObject<I, z.core.$strict>>,
    call: ToolCall,
  ) => Promise<unknown>;
  /** One to five lines for people, from the structured answer. */
  readonly summarize: (output: z.output<z.ZodObject<O, z.core.$strict>>) => string;
}

/** A tool whose types are only known to itself: what the server needs to list and call it. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly annotations: ToolAnnotations;
  readonly inputSchema: object;
  readonly outputSchema: object;
  readonly fields: readonly string[];
  run(ctx: OperationContext, input: unknown, call: ToolCall): Promise<ToolOutcome>;
}

export type ToolOutcome =
  | { readonly ok: true; readonly structured: Record<string, unknown>; readonly text: string }
  | { readonly ok: false; readonly issues: readonly InputIssue[] };

export interface InputIssue {
  /** Dotted path of the field; '' for the whole input. */
  readonly field: string;
  readonly problem: string;
}

/** Joins schema and handler: input is parsed strictly before the handler sees it, and its answer before a client does. */
export function defineTool<I extends z.ZodRawShape, O extends z.ZodRawShape>(definition: ToolDefinition<I, O>): Tool {
  const { name, title, description, annotations, input, output } = definition;
  return {
    name,
    title,
    description,
    annotations,
    inputSchema: publicSchema(input, 'input'),
    outputSchema: publicSchema(output, 'output'),
    fields: Object.keys(input.shape),
    async run(ctx, raw, call) {
      const parsed = input.safeParse(raw);
      if (!parsed.success) return { ok: false, issues: parsed.error.issues.map(describeIssue) };
      const structured = output.parse(await definition.handler(ctx, parsed.data, call));
      return { ok: true, structured: { ...structured }, text: definition.summarize(structured) };
    },
  };
}

function describeIssue(issue: z.core.$ZodIssue): InputIssue {
  const field = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys')
    return { field, problem: `unknown field ${issue.keys.map((key) => JSON.stringify(key.slice(0, 60))).join(', ')}` };
  return { field, problem: issue.message };
}
