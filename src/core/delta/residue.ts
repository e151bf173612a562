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
  return configuringNames.some((pattern) => pattern.test(name)) ? 'executable' : 'other';
}

/** How much a change of residue matters by itself; a lockfile or a sensor's declared by-products may soften it. */
export function residueSeverity(change: Pick<ResidueChange, 'path' | 'class' | 'after'>): ResidueSeverity {
  if (change.class === 'state') return 'quiet';
  if (change.after?.mode === 'unreadable') return 'medium';
  switch (change.class) {
    case 'git':
      return governsGit(change.path) ? 'high' : 'info';
    case 'executable':
    case 'special':
      return 'medium';
    case 'dependency':
    case 'other':
      return 'low';
  }
}

/** What decides how git reads, hides or runs things; HEAD, refs and the index move with every ordinary commit. */
function governsGit(path: string): boolean {
  const inside = path.slice(path.lastIndexOf('.git/') + '.git/'.length);
  if (inside.startsWith('refs/')) return inside.startsWith('refs/replace/');
  return inside.startsWith('index-flags/') || /^(.*\/)?(config|config\.worktree|(hooks|info)\/.*)$/s.test(inside);
}
