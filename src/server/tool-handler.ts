import { randomBytes } from 'node:crypto';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { CesError } from '../core/errors.js';
import type { OperationContext } from '../core/ports.js';
import type { Tool, ToolCall } from '../tools/define-tool.js';

/** Gives the context of a call; refuses where there is no project. */
export type GetContext = () => Promise<OperationContext>;

/** The one place where a tool's outcome becomes an answer: parse → run → answer. Only words of ours reach the model. */
export async function handleTool(
  tool: Tool,
  getContext: GetContext,
  input: unknown,
  call: ToolCall,
  log: (line: string) => void,
): Promise<CallToolResult> {
  try {
    const outcome = await tool.run(await getContext(), input, call);
    if (outcome.ok) return { content: [{ type: 'text', text: outcome.text }], structuredContent: outcome.structured };
    const problems = outcome.issues
      .map(({ field, problem }) => (field === '' ? problem : `${field}: ${problem}`))
      .slice(0, 10);
    return refuse(
      'invalid_input',
      `${tool.name}: ${problems.join('; ')}.`,
      `The fields are ${tool.fields.join(', ')}. Correct the call and try again.`,
    );
  } catch (error) {
    return { isError: true, content: [{ type: 'text', text: explainError(error, tool.name, log) }] };
  }
}

/** What a client is told of an error: code, message and hint of one of ours; of a bug only an id, under which it is logged. */
export function explainError(error: unknown, where: string, log: (line: string) => void): string {
  if (error instanceof CesError) return formatError(error.code, error.message, error.hint);
  const id = randomBytes(4).toString('hex');
  log(`internal error ${id} in ${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  const hint = 'Nothing was decided. Try again; if it stays, tell the operator this id.';
  return formatError('internal', `Internal error (${id}).`, hint);
}

function refuse(code: string, message: string, hint: string): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: formatError(code, message, hint) }] };
}

function formatError(code: string, message: string, hint: string): string {
  return `${code}: ${message} ${hint}`;
}
