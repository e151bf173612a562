import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const CES = resolve('dist/ces.js');
const PER_FOLDER = 100;

export interface Project {
  readonly root: string;
  readonly files: number;
  /** HOME and state folders of its own. */
  readonly env: Readonly<Record<string, string>>;
  dispose(): void;
}

/** A governed git repository of so many files of 0.2 to 4 KB, all committed, with one check. */
export function createProject(files: number, checkArgv: readonly string[] = ['true']): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ces-bench-')));
  const root = join(folder, 'project');
  mkdirSync(root);
  for (let index = 0; index < files; index += 1) writeFile(root, index);
  const env = {
    PATH: `${dirname(process.execPath)}:${process.env.PATH ?? '/usr/bin:/bin'}`,
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_STATE_HOME: join(folder, 'state'),
    GIT_CONFIG_NOSYSTEM: '1',
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
  };
  const git = (...args: string[]): void => {
    execFileSync('git', ['-c', 'user.name=b', '-c', 'user.email=b@example.com', ...args], { cwd: root, env });
  };
  git('init', '--quiet', '--initial-branch=main');
  const checks = { quick: { status: 'required', argv: checkArgv, parser: 'exit-code' } };
  mkdirSync(join(root, '.ces'), { mode: 0o700 });
  writeFileSync(join(root, '.ces', 'verification-profile.json'), JSON.stringify({ version: 1, checks }));
  execFileSync(process.execPath, [CES, 'init'], { cwd: root, env, stdio: 'ignore' });
  git('add', '--all');
  git('-c', 'gc.auto=0', 'commit', '--quiet', '--message', 'Start');
  return { root, files, env, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

const projects = new Map<number, Project>();

/** The project of this size that several rows share; made when it is first asked for. */
export function shareProject(files: number): Project {
  const project = projects.get(files) ?? createProject(files);
  projects.set(files, project);
  return project;
}

export function disposeShared(): void {
  for (const project of projects.values()) project.dispose();
  projects.clear();
}

function writeFile(root: string, index: number): void {
  const folder = join(root, 'src', `d${Math.floor(index / PER_FOLDER)}`);
  if (index % PER_FOLDER === 0) mkdirSync(folder, { recursive: true });
  const line = `export const value${index} = ${index};\n`;
  writeFileSync(join(folder, `f${index}.js`), line.repeat(6 + ((index * 7919) % 110)));
}
