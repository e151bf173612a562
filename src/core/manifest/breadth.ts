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
const PROBES: readonly { name: string; paths: readonly RegExp[]; example: string }[] = [
  {
    name: 'continuous integration',
    paths: [/^\.github\/(workflows|actions)\//, /^\.gitlab-ci\.yml$/],
    example: '.github/workflows/new.yml',
  },
  { name: 'environment and secrets', paths: [/(^|\/)\.env(\.|$)/, /\.(pem|key|p12)$/], example: '.env' },
  { name: 'database migrations', paths: [/(^|\/)migrations?\//], example: 'migrations/new.sql' },
  {
    name: 'infrastructure',
    paths: [/(^|\/)(Dockerfile|docker-compose[^/]*|[^/]+\.tf)$/, /(^|\/)(k8s|terraform|helm)\//],
    example: 'Dockerfile',
  },
  {
    name: 'authentication',
    paths: [/(^|\/)(auth|login|session|permissions?|security)(\/|\.|-|_)/i],
    example: 'auth/new',
  },
  { name: 'payments', paths: [/(^|\/)(payments?|billing|checkout|invoices?)(\/|\.|-|_)/i], example: 'payments/new' },
];

/** `files` are the paths of the starting tree; `maxFiles` is the policy's bound for a narrow scope. */
export function measureBreadth(allow: readonly string[], files: readonly string[], maxFiles: number): Breadth {
  const allowed = compileAllow(allow);
  const matched = files.filter(allowed);
  const sensitive = PROBES.filter(
    (probe) => allowed(probe.example) || matched.some((path) => probe.paths.some((test) => test.test(path))),
  ).map((probe) => probe.name);
  const reasons: string[] = [];
  if (matched.length > maxFiles) reasons.push(`the scope matches ${matched.length} files, more than ${maxFiles}`);
  if (files.length > 20 && matched.length * 2 > files.length)
    reasons.push(`the scope matches ${matched.length} of ${files.length} files, more than half`);
  for (const name of sensitive) reasons.push(`the scope reaches ${name}`);
  return { matched: matched.length, total: files.length, sensitive, broad: reasons.length > 0, reasons };
}
