import type { EntryMode, ResidueChange, ResidueClass } from './tree.js';

/** `quiet` is not shown, `info` is shown, the others are findings. */
export type ResidueSeverity = 'quiet' | 'info' | 'low' | 'medium' | 'high';

const dependencyFolders = new Set([
  'node_modules',
  'bower_components',
  'jspm_packages',
  '.pnpm-store',
  '.yarn',
  '.venv',
  'venv',
  'site-packages',
  '__pypackages__',
  '.tox',
  '.nox',
  '.bundle',
  'Pods',
]);

/** What builds and test runs write: a program or a package.json among it configures nothing outside it. */
const outputFolders = new Set([
  'dist',
  'build',
  'out',
  'target',
  'coverage',
  '__pycache__',
  '.pytest_cache',
  '.next',
  '.nuxt',
  '.svelte-kit',
  '.turbo',
  '.gradle',
]);

/** Names that are read from wherever they lie, build outputs included. */
const secretNames = /^(\.env(\..*)?|\.[a-z0-9_-]*rc(\.[a-z]+)?|\.netrc|\.gitconfig|\.mcp\.json)$/i;

/** Folders that editors, clients and hooks read their settings and programs from. */
const configuringFolders = new Set([
  '.vscode',
  '.idea',
  '.husky',
  '.github',
  '.devcontainer',
  '.direnv',
  '.claude',
  '.codex',
  '.cursor',
]);

const configuringNames = [
  /^\.env(\..*)?$/,
  /^\.[a-z0-9_-]*rc(\.[a-z]+)?$/i, // .envrc, .npmrc, .eslintrc.json
  /^\.(gitconfig|netrc|mcp\.json|tool-versions|python-version|node-version|profile|bash_profile)$/,
  /^(sitecustomize|usercustomize|conftest)\.py$/,
  /^(package|tsconfig[^/]*|jsconfig|deno|composer)\.json$/,
  /^(pytest|tox|setup)\.(ini|cfg)$/,
  /^(Makefile|makefile|GNUmakefile|Justfile|justfile)$/,
  /\.config\.[cm]?[jt]s$/,
  /\.(sh|bash|zsh|fish|ps1|bat|cmd|so|dylib|dll|node|pth)$/i,
];

/** What a path that a commit would not hold is, by its name (and its mode where known). */
export function classifyResidue(path: string, mode?: EntryMode): ResidueClass {
  const segments = path.split('/');
  if (segments.includes('.git')) return 'git';
  if (segments[0] === '.ces') return 'state';
  if (mode === 'special') return 'special';
  const folders = segments.slice(0, -1);
  // A path that is only the folder's name is a link or file in its place: still what a package is resolved from.
  if (segments.some((name) => dependencyFolders.has(name)) || folders.includes('vendor')) return 'dependency';
  if (folders.some((name) => configuringFolders.has(name))) return 'executable';
  const name = segments.at(-1) ?? '';
  if (folders.some((folder) => outputFolders.has(folder)) && !secretNames.test(name)) return 'other';
  return configuringNames.some((pattern) => pattern.test(name)) ? 'executable' : 'other';
}

/** How much a change of residue matters by itself; a lockfile or a sensor's declared by-products may soften it. */
export function residueSeverity(change: Pick<ResidueChange, 'path' | 'class' | 'after'>): ResidueSeverity {
  if (change.class === 'state') return 'quiet';
  if (change.after?.mode === 'unreadable') return 'medium';
  switch (change.class) {
    case 'git':
      return gitSeverity(change);
    case 'executable':
    case 'special':
      return 'medium';
    case 'dependency':
    case 'other':
      return 'low';
  }
}

/** What decides how git reads, hides or runs things; HEAD, refs and the index move with every ordinary commit. */
function gitSeverity({ path, after }: Pick<ResidueChange, 'path' | 'after'>): ResidueSeverity {
  if (!path.includes('.git/')) return 'info'; // a submodule's or worktree's pointer; its commit is in the candidate
  const inside = path.slice(path.lastIndexOf('.git/') + '.git/'.length);
  if (inside.startsWith('refs/')) return inside.startsWith('refs/replace/') ? 'high' : 'info';
  if (inside.startsWith('index-flags/')) return 'high';
  const name = inside.replace(/^modules\/.*?\/(?=(hooks|info)\/|[^/]*$)/s, '');
  if (/^hooks\/[a-z-]+\.sample$/.test(name)) return 'info'; // git runs no hook of that name
  if (/^(.*\/)?(config|config\.worktree|(hooks|info)\/.*)$/s.test(name)) return 'high';
  if (after?.mode === '100755' || after?.mode === 'special') return 'medium'; // git itself writes none of these
  return ownGitFiles.test(name) ? 'info' : 'low';
}

/** What git and its commands write directly into `.git`. */
const ownGitFiles =
  /^([A-Z]+(_[A-Z]+)*|index|description|packed-refs|shallow|commondir|gitdir|gc\.(log|pid)|gitk\.cache|.*\.lock)$/;
