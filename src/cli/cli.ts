import type { Context } from '../core/context.js';
import { type Folders, findFolders } from '../core/folders.js';
import type { Output } from './output.js';

/** 0 yes or done, 1 no, 2 could not, 3 this caller may not. */
export type ExitCode = 0 | 1 | 2 | 3;

export type Environment = Readonly<Record<string, string | undefined>>;

/** What every command gets. */
export interface Cli {
  readonly out: Output;
  readonly env: Environment;
  readonly folders: Folders;
  /** Where to look for the project: `--project-root`, else the working folder. */
  readonly from: string;
}

export function createCli(input: { out: Output; env: Environment; projectRoot?: string; cwd: string }): Cli {
  return { out: input.out, env: input.env, folders: findFolders(input.env), from: input.projectRoot ?? input.cwd };
}

/** Opens the project, hands it to `work`, and closes it whatever comes of that. `read` leaves everything as it is. */
export async function withProject<T>(cli: Cli, mode: 'read' | 'write', work: (ctx: Context) => Promise<T>): Promise<T> {
  const [{ findProject, refuseSwappedState }, { createContext }] = await Promise.all([
    import('../core/find-project.js'),
    import('../core/context.js'),
  ]);
  const root = await findProject(cli.from, cli.folders);
  const caller = { principal: 'operator', channel: 'cli', session: null } as const;
  const ctx = createContext({ root, folders: cli.folders, caller, mode });
  try {
    await refuseSwappedState(root, ctx.projectId, cli.folders);
    return await work(ctx);
  } finally {
    await ctx.close();
  }
}
