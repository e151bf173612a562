import { compileAllow } from './scope.js';

/** How much a scope really reaches: counted in files and in what is sensitive, not in globs. */
export interface Breadth {
  readonly matched: number;
  readonly total: number;
  readonly sensitive: readonly string[];
  readonly broad: boolean;
  readonly reasons: readonly string[];
}

// Paths that need not exist yet: a scope that would let them be made reaches them.
const PROBES: readonly { name: string; paths: readonly RegExp[]; examples: readonly string[] }[] = [
  {
    name: 'continuous integration',
    paths: [/^\.github\/(workflows|actions)\//i, /^\.gitlab-ci\.yml$/i],
    examples: ['.github/workflows/new.yml'],
  },
  { name: 'environment and secrets', paths: [/(^|\/)\.env(\.|$)/, /\.(pem|key|p12)$/], examples: ['.env'] },
  { name: 'database migrations', paths: [/(^|\/)migrations?\//], examples: ['migrations/new.sql'] },
  {
    name: 'infrastructure',
    paths: [/(^|\/)(Dockerfile|docker-compose[^/]*|[^/]+\.tf)$/, /(^|\/)(k8s|terraform|helm)\//],
    examples: ['Dockerfile'],
  },
  {
    name: 'authentication',
    paths: [/(^|\/)(auth|login|session|permissions?|security)(\/|\.|-|_)/i],
    examples: ['auth/new'],
  },
  { name: 'payments', paths: [/(^|\/)(payments?|billing|checkout|invoices?)(\/|\.|-|_)/i], examples: ['payments/new'] },
  {
    name: 'installed packages and where they come from',
    paths: [/(^|\/)(node_modules\/|\.npmrc$|\.yarnrc(\.yml)?$|\.pnpmfile\.cjs$)/i],
    examples: ['node_modules/new/index.js', '.npmrc'],
  },
  {
    name: 'what tools run by themselves',
    paths: [/(^|\/)(\.husky\/|\.vscode\/tasks\.json$|\.envrc$)/i],
    examples: ['.husky/pre-commit', '.vscode/tasks.json', '.envrc'],
  },
  {
    name: 'what agents are told',
    paths: [/(^|\/)(CLAUDE|AGENTS)(\.local)?\.md$/i, /(^|\/)\.claude\/(commands|skills)\//i],
    examples: ['CLAUDE.md', 'AGENTS.md', '.claude/commands/new.md', '.claude/skills/new/SKILL.md'],
  },
  {
    name: 'what governs the agent',
    paths: [],
    examples: ['.ces/policy.yaml', '.git/config', '.claude/settings.json', '.mcp.json', '.codex/config.toml'],
  },
];

/** `files` are the paths of the starting tree; `maxFiles` is the policy's bound for a narrow scope. */
export function measureBreadth(allow: readonly string[], files: readonly string[], maxFiles: number): Breadth {
  const allowed = compileAllow(allow);
  const matched = files.filter(allowed);
  // A glob is looked at as it is written too: it may name a path that is to be made.
  const reached = [...matched, ...allow];
  const sensitive = PROBES.filter(
    (probe) => probe.examples.some(allowed) || reached.some((path) => probe.paths.some((test) => test.test(path))),
  ).map((probe) => probe.name);
  const reasons: string[] = [];
  if (matched.length > maxFiles) reasons.push(`the scope matches ${matched.length} files, more than ${maxFiles}`);
  if (files.length > 20 && matched.length * 2 > files.length)
    reasons.push(`the scope matches ${matched.length} of ${files.length} files, more than half`);
  for (const name of sensitive) reasons.push(`the scope reaches ${name}`);
  return { matched: matched.length, total: files.length, sensitive, broad: reasons.length > 0, reasons };
}
