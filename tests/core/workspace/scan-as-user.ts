import { type ChildProcess, execFileSync, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Scan } from '../../../src/core/delta/tree.js';
import { createFolder, type Look, lookAgain, type Start, start } from './repository-fixture.js';

const nobody = 65534;

/** The scans before and after `mutate`: here, or in a process of an ordinary user where that is asked for and this is root. */
export async function scanAround(
  root: string,
  mutate: () => void,
  asOrdinaryUser: boolean,
): Promise<{ before: Pick<Start, 'base' | 'scan'>; looks: readonly Look[] }> {
  if (asOrdinaryUser && process.getuid?.() === 0) return scanAsNobody(root, mutate);
  const before = await start(root);
  mutate();
  return { before, looks: [await lookAgain(before, 'stat'), await lookAgain(before, 'full')] };
}

async function scanAsNobody(root: string, mutate: () => void) {
  const folder = createFolder();
  let child: ChildProcess | null = null;
  try {
    chmodSync(folder.path, 0o755);
    const program = join(folder.path, 'scan.mjs');
    const entry = fileURLToPath(new URL('scan-program.ts', import.meta.url));
    const banner = { js: 'import { createRequire } from "node:module"; const require = createRequire("/");' };
    await build({ entryPoints: [entry], outfile: program, bundle: true, format: 'esm', platform: 'node', banner });
    execFileSync('chown', ['-R', `${nobody}:${nobody}`, root]);
    child = fork(program, [root], { uid: nobody, gid: nobody, execPath: reachableNode(folder.path), execArgv: [] });
    await nextMessage(child);
    mutate();
    child.send('look');
    const answer: { before: Pick<Start, 'base' | 'scan'>; looks: { now: Scan; seen: Look['seen'] }[] } = JSON.parse(
      JSON.stringify(await nextMessage(child)),
    );
    return answer;
  } finally {
    child?.kill('SIGKILL');
    folder.remove();
  }
}

/** This Node, or a copy of it where the user can't reach it. */
function reachableNode(folder: string): string {
  const { status } = spawnSync(process.execPath, ['--version'], { uid: nobody, gid: nobody });
  if (status === 0) return process.execPath;
  copyFileSync(process.execPath, join(folder, 'node'));
  return join(folder, 'node');
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  child.once('exit', (code, signal) => ended.abort(new Error(`the scan ended with ${code ?? signal}`)));
  const [message] = await once(child, 'message', { signal: ended.signal });
  return message;
}
