import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/core/store/store.js';
import { createHome, runCes } from './built.js';
import { createTempRepo, type TempRepo } from './temp-repo.js';

export interface CrashRig {
  readonly repo: TempRepo;
  readonly root: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** `ces audit verify --json`. */
  audit(): Promise<unknown>;
  /** The bytes of every ledger entry, oldest first. */
  ledger(): readonly string[];
  /** What lies in the folder for temporary files. */
  temporaries(): readonly string[];
  /** Command lines of processes that have to do with this rig; Linux only. */
  processes(): readonly string[];
  dispose(): void;
}

/** A governed repository with one check, in a home and a folder for temporary files of its own. */
export async function createCrashRig(checkArgv: readonly string[]): Promise<CrashRig> {
  const made = createHome();
  const repo = createTempRepo({ 'README.md': '# A project\n', 'src/greet.js': 'export const greet = 1;\n' });
  const { root } = repo;
  const temp = join(made.folder, 'tmp');
  mkdirSync(temp);
  const env = { ...made.env, TMPDIR: temp };
  const checks = { quick: { status: 'required', argv: checkArgv, parser: 'exit-code' } };
  repo.write('.ces/verification-profile.json', JSON.stringify({ version: 1, checks }));
  const { stdout, stderr } = await runCes(['init'], { cwd: root, env });
  if (!existsSync(join(root, '.ces', 'state.db'))) throw new Error(`ces init failed: ${stdout}${stderr}`);
  repo.commit('Govern it');
  // Neither in git nor ignored: its content is kept outside the workspace.
  repo.write('src/draft.txt', 'not committed yet\n');
  return {
    repo,
    root,
    home: made.folder,
    env,
    audit: async () => JSON.parse((await runCes(['audit', 'verify', '--json'], { cwd: root, env })).stdout),
    ledger: () => {
      const store = openStore(join(root, '.ces', 'state.db'), 'read');
      const rows = [...store.read.ledgerRows()].map((row) => row.bytes);
      store.close();
      return rows;
    },
    temporaries: () => readdirSync(temp),
    processes: () => findProcesses([root, made.folder]),
    dispose: () => {
      repo.dispose();
      made.dispose();
    },
  };
}

function findProcesses(marks: readonly string[]): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .map((pid) => ({ command: readProc(pid, 'cmdline'), environment: readProc(pid, 'environ') }))
    .filter(({ command, environment }) => marks.some((mark) => command.includes(mark) || environment.includes(mark)))
    .map(({ command }) => command.replaceAll('\0', ' '));
}

function readProc(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
