import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { type Context, createContext, randomIds } from '../core/context.js';
import { CesError } from '../core/errors.js';
import { findProject, refuseSwappedState } from '../core/find-project.js';
import { DATABASE, type Folders } from '../core/folders.js';
import { createServer } from './server.js';
import { Session } from './session.js';

const BACKSTOP_MS = 5000;

/**
 * Serves one client over stdio until it goes. Outside a project it answers too, and each tool says what is missing, since a
 * server that does not start leaves the agent without a word. stdout is the protocol's alone.
 */
export async function runStdioServer(options: { from: string; folders: Folders }): Promise<void> {
  const id = randomIds.create('S');
  const log = (line: string): void => {
    process.stderr.write(`ces: ${line}\n`);
  };
  let ctx: Context | null = null;
  let session: Session | null = null;
  let client: string | null = null;
  let opening: Promise<Context> | null = null;
  let opened = '';

  const open = async (): Promise<Context> => {
    if (ctx !== null) {
      refuseReplaced(ctx.root, opened);
      return ctx;
    }
    // A failure is not kept: the project may be made, or mended, while the server runs.
    opening ??= openProject().finally(() => {
      opening = null;
    });
    return opening;
  };

  const openProject = async (): Promise<Context> => {
    const root = await findProject(options.from, options.folders);
    const made = createContext({
      root,
      folders: options.folders,
      caller: { principal: 'agent', channel: 'mcp', session: id },
      mode: 'write',
    });
    const started = new Session(made, id, log);
    try {
      await refuseSwappedState(root, made.projectId, options.folders);
      started.start(client, notify);
    } catch (error) {
      made.store.close();
      throw error;
    }
    ctx = made;
    opened = fileIdentity(made.root);
    session = started;
    return made;
  };

  const { server, notify } = createServer({
    getContext: open,
    onCall: (tool, callId) => session?.note(tool, callId),
    log,
  });

  server.oninitialized = () => {
    const info = server.getClientVersion();
    client = info === undefined ? null : `${info.name}/${info.version}`.slice(0, 120);
    // Not a project, or not a sound one: each tool call says so.
    open().catch(() => undefined);
  };

  const gone = Promise.withResolvers<void>();
  server.onclose = () => gone.resolve();
  process.stdin.on('end', () => gone.resolve());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => gone.resolve());
  await server.connect(new StdioServerTransport());
  await gone.promise;

  setTimeout(() => process.exit(0), BACKSTOP_MS).unref();
  await close(ctx, session, opened);
  process.exit(0);
}

// The database that is open goes on to take writes after it was moved or removed: what it took would be lost.
function refuseReplaced(root: string, opened: string): void {
  const now = fileIdentity(root);
  if (now === opened) return;
  throw new CesError(
    now === '' ? 'root_lost_state' : 'unsafe_state',
    `${join(root, DATABASE)} was ${now === '' ? 'removed' : 'replaced'} while this server had it open: nothing may go on here.`,
    'Put .ces/ back, and have your client start the server again.',
  );
}

function fileIdentity(root: string): string {
  const stat = lstatSync(join(root, DATABASE), { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.dev}:${stat.ino}`;
}

async function close(ctx: Context | null, session: Session | null, opened: string): Promise<void> {
  if (ctx === null) return;
  for (const run of ctx.runs.values()) run.abort.abort();
  await Promise.allSettled([...ctx.runs.values()].map((run) => run.done));
  // SQLite would tidy up beside whatever lies in the place of the file that it has open.
  if (fileIdentity(ctx.root) !== opened) return;
  await session?.stop();
  await ctx.close();
}
