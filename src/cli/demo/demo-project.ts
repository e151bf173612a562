import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { formatAllowedSigner } from '../../core/approval/allowed-signers.js';
import { systemClock } from '../../core/context.js';
import { CesError } from '../../core/errors.js';
import { type Folders, findFolders } from '../../core/folders.js';
import { init } from '../../core/operations/init.js';
import { removeFolder } from '../../core/process/remove-folder.js';
import { runProcess } from '../../core/process/run.js';
import { pinSigner } from '../../core/signers/pinned.js';
import { createKey } from '../../core/signing/key-create.js';
import { createProjectFolder } from '../../core/store/project-folder.js';
import { createPins } from '../../core/witness/pins.js';
import { createRootRegistry } from '../../core/witness/registry.js';
import { PROJECT_FILES } from './task.js';

export const PRINCIPAL = 'demo-operator';
const GIT_TIMEOUT_MS = 30_000;

/** A project of its own with a home of its own: nothing of the user's is read or written. */
export interface DemoProject {
  /** Holds all the rest. */
  readonly folder: string;
  readonly root: string;
  readonly folders: Folders;
  /** The whole environment of every process of the demo. */
  readonly env: Readonly<Record<string, string>>;
  readonly remove: () => Promise<void>;
}

/** An empty place below the system's temporary folder. `env` is the user's, from which only harmless names are taken. */
export function createPlace(env: Readonly<Record<string, string | undefined>>): DemoProject {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ces-demo-')));
  const at = (name: string): string => {
    const path = join(folder, name);
    mkdirSync(path, { mode: 0o700 });
    return path;
  };
  const passedOn = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && /^(PATH|LANG|LC_.*|TERM|NO_COLOR|NODE_REDIRECT_WARNINGS)$/.test(name) ? [[name, value]] : [],
  );
  const own = { HOME: at('home'), XDG_CONFIG_HOME: at('config'), XDG_STATE_HOME: at('state'), TMPDIR: at('tmp') };
  const git = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
  const whole: Record<string, string> = { ...Object.fromEntries(passedOn), ...own, ...git };
  return { folder, root: at('project'), folders: findFolders(whole), env: whole, remove: () => removeFolder(folder) };
}

/** Runs git in the project and returns what it printed, trimmed. Refuses `git_failed`. */
export async function runGit(
  { root, env }: DemoProject,
  args: readonly string[],
  extra: Readonly<Record<string, string>> = {},
): Promise<string> {
  const argv = ['git', '-c', `user.name=${PRINCIPAL}`, '-c', 'user.email=demo@localhost', ...args];
  const limits = { timeoutMs: GIT_TIMEOUT_MS, maxBytes: 1024 * 1024 };
  const result = await runProcess(argv, { cwd: root, env: { ...env, ...extra }, ...limits });
  if (result.exitCode === 0) return result.stdout.toString('utf8').trim();
  const why = result.stderr.toString('utf8').trim().slice(0, 300);
  throw new CesError('git_failed', `git ${args[0] ?? ''} failed: ${why}`, 'Check that git 2.38 or newer works.');
}

export interface Governed {
  readonly projectId: string;
  readonly keyPath: string;
  readonly fingerprint: string;
  readonly commit: string;
}

/** Makes the repository, the throwaway key and `.ces/`, and commits them as the base of the work. */
export async function governProject(project: DemoProject): Promise<Governed> {
  const { root, folders } = project;
  for (const [path, text] of Object.entries(PROJECT_FILES)) {
    if (!existsSync(dirname(join(root, path)))) mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  await runGit(project, ['init', '--quiet', '--initial-branch=main']);
  const key = await createKey({
    dir: folders.configDir,
    comment: 'throwaway key of a demo',
    passphrase: null,
    noPassphrase: true,
    runProcess,
  });
  const line = formatAllowedSigner(PRINCIPAL, key.publicKey);
  await pinSigner(folders.configDir, line);
  const { project_id } = await init({
    root,
    name: 'wordkit',
    gitCommonDir: join(root, '.git'),
    folder: createProjectFolder(root),
    registry: createRootRegistry({ stateDir: folders.stateDir }),
    clock: systemClock,
    caller: { principal: 'operator', channel: 'cli', session: null },
    newProjectId: () => `proj-${randomBytes(12).toString('hex')}`,
    signerLine: line,
    pin: (projectId, digest) => createPins({ configDir: folders.configDir, projectId }).add(digest),
  });
  await runGit(project, ['add', '--all']);
  await runGit(project, ['commit', '--quiet', '--message', 'A small project, governed by CES']);
  const commit = await runGit(project, ['rev-parse', 'HEAD']);
  return { projectId: project_id, keyPath: key.path, fingerprint: key.fingerprint, commit };
}
