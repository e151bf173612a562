import { compare, median, time } from '../measure.js';
import { SERVERS } from '../peers.js';
import { shareProject } from '../project.js';
import type { RpcServer } from '../rpc.js';
import type { Effort } from '../run.js';
import type { Row } from '../table.js';

/** Spawn to initialized, and single calls, beside two official servers. */
export async function benchServer({ quick }: Effort): Promise<Row[]> {
  const project = shareProject(1000);
  const start = (open: (typeof SERVERS)['ces']) => async () => {
    const server = await open(project);
    await server.stop();
    return server.startedMs;
  };
  const starts = {
    ces: start(SERVERS.ces),
    memory: start(SERVERS['server-memory']),
    filesystem: start(SERVERS['server-filesystem']),
  };
  await compare(1, starts);
  const { ces, memory, filesystem } = await compare(quick ? 3 : 15, starts);
  const work = 'MCP server, spawn to initialized';
  return [
    { work, unit: 'ms', ours: ces, peer: { name: 'server-memory', value: memory }, goal: { ratio: 1.2 } },
    { work, unit: 'ms', ours: ces, peer: { name: 'server-filesystem', value: filesystem }, goal: { ratio: 1.2 } },
    ...(await benchCalls(quick ? 20 : 200)),
  ];
}

async function benchCalls(rounds: number): Promise<Row[]> {
  const project = shareProject(1000);
  const ces = await SERVERS.ces(project);
  const memory = await SERVERS['server-memory'](project);
  const filesystem = await SERVERS['server-filesystem'](project);
  const report = () => call(ces, 'ces_report_blocked', { reason: 'a benchmark', needs: 'nothing' });
  try {
    const calls = {
      ces: report,
      memory: () => call(memory, 'read_graph', {}),
      filesystem: () => call(filesystem, 'list_allowed_directories', {}),
    };
    await compare(20, calls);
    const found = await compare(rounds, calls);
    const samples: number[] = [];
    for (let round = 0; round < rounds; round += 1) samples.push(await call(ces, 'ces_status', {}));
    const work = 'MCP tool call with a durable commit, p50';
    const goal = { bound: 0.5 };
    return [
      { work, unit: 'ms', ours: found.ces, peer: { name: 'server-memory read_graph', value: found.memory }, goal },
      { work, unit: 'ms', ours: found.ces, peer: { name: 'server-filesystem list', value: found.filesystem }, goal },
      { work: 'ces_status without a manifest, p50', unit: 'ms', ours: median(samples), peer: null, goal: null },
    ];
  } finally {
    await Promise.all([ces.stop(), memory.stop(), filesystem.stop()]);
  }
}

function call(server: RpcServer, name: string, args: object): Promise<number> {
  return time(() => server.request('tools/call', { name, arguments: args }));
}
