import { readdirSync, realpathSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { SandboxView } from '../ports.js';

export interface HiddenPath {
  /** Without symbolic links. */
  readonly path: string;
  readonly kind: 'folder' | 'file';
}

/** Keys, tokens and the state of agents, below the user's home folder. */
const PRIVATE_NAMES = [
  '.ssh .gnupg .aws .azure .kube .docker .config .codex .password-store .1password .vault-token',
  '.netrc .npmrc .pypirc .git-credentials .gitconfig .pgpass .bash_history .zsh_history .local/share/keyrings .local/state/ces',
]
  .join(' ')
  .split(' ');

/** What of this machine a check may not see, as far as it exists: workspace, keys, client settings, CES's state, sockets. */
export function findHiddenPaths(
  view: SandboxView,
  env: Readonly<Record<string, string | undefined>> = process.env,
  home: string = homedir(),
): readonly HiddenPath[] {
  const candidates = [
    '/tmp',
    '/var/tmp',
    '/run',
    tmpdir(),
    ...PRIVATE_NAMES.map((name) => join(home, name)),
    ...namesIn(home)
      .filter((name) => name.startsWith('.claude'))
      .map((name) => join(home, name)),
    ...['XDG_CONFIG_HOME', 'XDG_STATE_HOME'].flatMap((name) => (env[name] ? [join(env[name], 'ces')] : [])),
    ...['XDG_RUNTIME_DIR', 'SSH_AUTH_SOCK', 'CLAUDE_CONFIG_DIR', 'CODEX_HOME'].flatMap((name) => env[name] ?? []),
    ...(view.writable.includes(view.root) ? [join(view.root, '.ces')] : [view.root]),
  ];
  const found = new Map<string, HiddenPath>();
  for (const candidate of candidates) {
    const hidden = describe(candidate);
    if (hidden !== null && hidden.path !== '/') found.set(hidden.path, hidden);
  }
  // Outer folders first: what is mounted later lies on top.
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function describe(path: string): HiddenPath | null {
  try {
    const real = realpathSync(path);
    return { path: real, kind: statSync(real).isDirectory() ? 'folder' : 'file' };
  } catch {
    return null;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * The view with the folders of PATH that would be hidden (a Node in a temporary folder, a version manager's). None that holds
 * something hidden itself: to show it would show that as well.
 */
export function showPrograms(view: SandboxView, hidden: readonly HiddenPath[]): SandboxView {
  const within = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(`${outer}/`);
  const shown = (view.path ?? '').split(delimiter).filter((folder) => {
    const found = describe(folder);
    if (found?.kind !== 'folder' || found.path !== folder) return false;
    const isHidden = hidden.some((entry) => entry.path !== folder && within(folder, entry.path));
    return isHidden && !hidden.some((entry) => within(entry.path, folder));
  });
  return { ...view, readable: [...view.readable, ...shown] };
}
