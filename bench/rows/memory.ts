import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/core/store/store.js';
import { SERVERS } from '../peers.js';
import { createProject, type Project, shareProject } from '../project.js';
import type { Effort } from '../run.js';
import type { Row } from '../table.js';

const CHOKIDAR = `import { watch } from 'chokidar';
const [, root] = process.argv;
watch(root).on('ready', () => { console.log('ready'); });
setInterval(() => {}, 1000);`;

/** What a server holds of a large project, its watcher counted, over what it holds of an empty one. Linux only. */
export async function benchMemory({ quick }: Effort): Promise<Row[]> {
  if (process.platform !== 'linux') return [];
  const large = shareProject(quick ? 1000 : 100_000);
  const empty = createProject(0);
  try {
    const idle = await measureServer(empty, false);
    const watching = await measureServer(large, false);
    const working = await measureServer(large, true);
    const chokidar = (await measureChokidar(large.root)) - (await measureChokidar(empty.root));
    const peer = { name: "chokidar's defaults", value: chokidar };
    const goal = { bound: 200 };
    const count = large.files.toLocaleString('en');
    return [
      { work: `server memory, ${count} files, over idle`, unit: 'MB', ours: watching - idle, peer, goal },
      { work: 'the same after a manifest was asked for', unit: 'MB', ours: working - idle, peer, goal: null },
    ];
  } finally {
    empty.dispose();
  }
}

async function measureServer(project: Project, working: boolean): Promise<number> {
  const server = await SERVERS.ces(project);
  try {
    await until(() => isWatching(project.root));
    if (working) {
      const args = { objective: 'Change a value', scope: ['src/d0/f0.js'], acceptance_criteria: ['it is changed'] };
      await server.request('tools/call', { name: 'ces_manifest', arguments: args });
    }
    return residentOf(server.pid);
  } finally {
    await server.stop();
  }
}

// The newest session's first look is over when its gap has an end.
function isWatching(root: string): boolean {
  const store = openStore(join(root, '.ces', 'state.db'), 'read');
  try {
    const session = store.read.sessions()[0];
    const gaps = session === undefined ? [] : store.read.gaps(session.startedAt);
    return session?.endedAt === null && gaps.length > 0 && gaps.every((gap) => gap.to !== null);
  } finally {
    store.close();
  }
}

async function measureChokidar(root: string): Promise<number> {
  const argv = ['--input-type=module', '-e', CHOKIDAR, root];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const resident = residentOf(child.pid ?? 0);
  child.kill('SIGKILL');
  return resident;
}

/** Resident megabytes of a process and its children. */
function residentOf(pid: number): number {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => new RegExp(`^PPid:\\t${pid}$`, 'm').test(readStatus(name)));
  const own = Number(/^VmRSS:\s+(\d+) kB$/m.exec(readStatus(String(pid)))?.[1] ?? Number.NaN) / 1024;
  return children.reduce((sum, child) => sum + residentOf(Number(child)), own);
}

function readStatus(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

async function until(probe: () => boolean): Promise<void> {
  const endsAt = performance.now() + 120_000;
  while (!probe()) {
    if (performance.now() > endsAt) throw new Error('The watcher did not become ready.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
