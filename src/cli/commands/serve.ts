import type { Cli, ExitCode } from '../cli.js';

/** `ces serve`: the MCP server; it answers outside a project too, and says there what is missing. */
export async function run(cli: Cli): Promise<ExitCode> {
  const { runStdioServer } = await import('../../server/stdio.js');
  await runStdioServer({ from: cli.from, folders: cli.folders });
  return 0;
}
