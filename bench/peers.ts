import { join, resolve } from 'node:path';
import { CES, type Project } from './project.js';
import { type RpcServer, startServer } from './rpc.js';

const memory = resolve('node_modules/@modelcontextprotocol/server-memory/dist/index.js');
const filesystem = resolve('node_modules/@modelcontextprotocol/server-filesystem/dist/index.js');

/** The server of CES and two official ones, in the same project. */
export const SERVERS = {
  ces: ({ root, env }: Project): Promise<RpcServer> => startServer([CES, 'serve'], { cwd: root, env }),
  'server-memory': ({ root, env }: Project): Promise<RpcServer> =>
    startServer([memory], { cwd: root, env: { ...env, MEMORY_FILE_PATH: join(env.HOME ?? '', 'memory.jsonl') } }),
  'server-filesystem': ({ root, env }: Project): Promise<RpcServer> =>
    startServer([filesystem, root], { cwd: root, env }),
};
