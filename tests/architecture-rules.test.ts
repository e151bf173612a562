import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Finding, findViolations, forbidden } from './support/architecture-rules.js';
import { projectRoot } from './support/built.js';

interface Planted {
  readonly rule: string;
  readonly file: string;
  readonly code: string;
  readonly to: RegExp;
}

// Each breaks one rule by one import, in a copy of the sources. What they import is planted as well where it is not there.
const PLANTED: readonly Planted[] = [
  { rule: 'no-cycles', file: 'src/core/ledger/planted-a.ts', code: "import './planted-b.js';", to: /planted-b/ },
  { rule: 'not-to-unresolvable', file: 'src/core/planted-nowhere.ts', code: "import './nowhere.js';", to: /nowhere/ },
  { rule: 'no-development-packages', file: 'src/cli/planted-dev.ts', code: "import 'fast-check';", to: /fast-check/ },
  { rule: 'core-is-headless', file: 'src/core/planted-ui.ts', code: "import '../cli/planted.js';", to: /cli\/planted/ },
  { rule: 'domain-is-pure', file: 'src/core/claim/planted.ts', code: "import '../store/planted.js';", to: /store/ },
  {
    rule: 'domain-imports-pure-packages',
    file: 'src/core/delta/planted-fs.ts',
    code: "import 'node:fs';",
    to: /^(node:)?fs$/,
  },
  {
    rule: 'operations-use-ports',
    file: 'src/core/operations/planted.ts',
    code: "import '../store/planted.js';",
    to: /store/,
  },
  {
    rule: 'adapters-do-not-mix',
    file: 'src/core/watcher/planted.ts',
    code: "import '../store/planted.js';",
    to: /store/,
  },
  {
    rule: 'adapters-do-not-mix',
    file: 'src/core/witness/planted-type.ts',
    code: "import type { Planted } from '../store/planted.js';\nexport type P = Planted;",
    to: /store/,
  },
  {
    rule: 'adapters-get-run-process-passed-in',
    file: 'src/core/sandbox/planted.ts',
    code: "import { runProcess } from '../process/run.js';\nexport const run = runProcess;",
    to: /process\/run/,
  },
  {
    rule: 'tools-call-operations',
    file: 'src/tools/planted-store.ts',
    code: "import '../core/store/planted.js';",
    to: /store/,
  },
  {
    rule: 'agent-cannot-approve',
    file: 'src/tools/planted-signing.ts',
    code: "import '../core/signing/planted.js';",
    to: /signing/,
  },
  {
    rule: 'agent-cannot-approve',
    file: 'src/server/planted-indirect.ts',
    code: "import { open } from '../core/planted-middle.js';\nexport const door = open;",
    to: /operations\/approve/,
  },
  {
    rule: 'agent-cannot-approve',
    file: 'src/tools/planted-dynamic.ts',
    code: "export const door = () => import('../core/operations/approve.js');",
    to: /operations\/approve/,
  },
  ...['better-sqlite3', 'execa', 'chokidar', 'commander'].map((name) => ({
    rule: `${name}-only-in-its-home`,
    file: `src/server/planted-${name}.ts`,
    code: `import '${name}';`,
    to: new RegExp(`node_modules/${name}/`),
  })),
  {
    rule: '@modelcontextprotocol/sdk-only-in-its-home',
    file: 'src/cli/planted-sdk.ts',
    code: "import '@modelcontextprotocol/sdk/client/index.js';",
    to: /modelcontextprotocol/,
  },
];

const SUPPORTING: Readonly<Record<string, string>> = {
  'src/core/ledger/planted-b.ts': "import './planted-a.js';",
  'src/core/store/planted.ts': 'export type Planted = string;',
  'src/core/signing/planted.ts': 'export {};',
  'src/cli/planted.ts': 'export {};',
  'src/core/planted-middle.ts': "export const open = () => import('./operations/approve.js');",
  'src/core/workspace/planted-allowed.ts':
    "import type { RunProcess } from '../process/run.js';\nexport type R = RunProcess;",
};

let root = '';
let violations: readonly Finding[] = [];

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ces-architecture-')));
  cpSync(join(projectRoot, 'src'), join(root, 'src'), { recursive: true });
  cpSync(join(projectRoot, 'package.json'), join(root, 'package.json'));
  symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'));
  const approve = join(root, 'src/core/operations/approve.ts');
  mkdirSync(dirname(approve), { recursive: true });
  writeFileSync(approve, 'export {};\n', { flag: 'a' });
  for (const { file, code } of PLANTED) plant(file, code);
  for (const [file, code] of Object.entries(SUPPORTING)) plant(file, code);
  violations = (await findViolations(root)).violations;
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function plant(file: string, code: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), `${code}\n`, { flag: 'wx' });
}

test.each(PLANTED)('$rule is broken by $file, and reported', ({ rule, file, to }) => {
  const reported = violations.filter((found) => found.rule === rule && found.from === file).map((found) => found.to);
  expect(reported).toEqual(expect.arrayContaining([expect.stringMatching(to)]));
});

test('an adapter may import the type of runProcess', () => {
  expect(violations.filter(({ from }) => from === 'src/core/workspace/planted-allowed.ts')).toEqual([]);
});

test('every rule has an import planted that breaks it', () => {
  expect(new Set(PLANTED.map(({ rule }) => rule))).toEqual(new Set(forbidden.map(({ name }) => name)));
});
