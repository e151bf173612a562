import type { Cli, ExitCode } from '../cli.js';
import { runDemo } from '../demo/run-demo.js';

/** `ces demo [--keep]`: the whole loop on a throwaway project. Exit 1 where a step does not go as it should. */
export async function run(cli: Cli, options: { keep?: boolean }): Promise<ExitCode> {
  return runDemo(cli, { keep: options.keep === true });
}
