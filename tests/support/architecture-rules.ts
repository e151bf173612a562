import { cruise, type IForbiddenRuleType } from 'dependency-cruiser';

const DOMAIN =
  '^src/core/(manifest|policy|evidence|claim|verification|integrity|delta|approval|ledger|readiness|brownfield|spec|reports)/';
const ADAPTER_FOLDERS = 'store|workspace|watcher|process|sandbox|sensors|runtimes|signing|signers|witness';
const ADAPTERS = `^src/core/(${ADAPTER_FOLDERS})/`;
const RUN_PROCESS = '^src/core/process/run[.]ts$';
const OPERATOR_OPERATIONS =
  'authorize-by-operator|approve|waive|lift-halt|change-signers|declare-emergency|resolve-emergency|complete|recover|init|uninstall|reject';
const OPERATOR_ONLY = `^src/core/(signing/|operations/(${OPERATOR_OPERATIONS})[.]ts$)`;

type Rule = IForbiddenRuleType & { name: string };

function onlyIn(name: string, home: string): Rule {
  return {
    name: `${name}-only-in-its-home`,
    comment: `${name} belongs to ${home}: reach it through a port.`,
    severity: 'error',
    from: { path: '^src/', pathNot: home },
    to: { path: `node_modules/${name}/` },
  };
}

/** What no import in src may do. */
export const forbidden: Rule[] = [
  {
    name: 'no-cycles',
    comment: 'Move what both need into a third file.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'not-to-unresolvable',
    comment: 'The import leads nowhere: a typo, or a package that package.json lacks.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'no-development-packages',
    comment: 'The published program has no development packages.',
    severity: 'error',
    from: { path: '^src/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'core-is-headless',
    comment: 'core knows nothing of MCP, the command line or stdio.',
    severity: 'error',
    from: { path: '^src/core/' },
    to: { path: '^src/(cli|server|tools)/' },
  },
  {
    name: 'domain-is-pure',
    comment: 'Data in, verdict out: pass in what an adapter would find.',
    severity: 'error',
    from: { path: DOMAIN },
    to: { path: '^src/', pathNot: [DOMAIN, '^src/core/errors[.]ts$'] },
  },
  {
    name: 'domain-imports-pure-packages',
    comment: 'No file, process, network or clock in the domain.',
    severity: 'error',
    from: { path: DOMAIN },
    to: {
      dependencyTypes: ['npm', 'core'],
      pathNot: ['node_modules/(zod|picomatch|@types/picomatch|unbash|canonicalize)/', '^(node:)?crypto$'],
    },
  },
  {
    name: 'operations-use-ports',
    comment: 'An operation gets its adapters through ports, from the context.',
    severity: 'error',
    from: { path: '^src/core/operations/' },
    to: { path: [ADAPTERS, '^src/core/context[.]ts$'] },
  },
  {
    name: 'adapters-do-not-mix',
    comment: 'An adapter owns one technology; join two in an operation.',
    severity: 'error',
    from: { path: ADAPTERS },
    to: { path: ADAPTERS, pathNot: ['^src/core/$1/', RUN_PROCESS] },
  },
  {
    name: 'adapters-get-run-process-passed-in',
    comment: 'Take runProcess as a parameter; only its type is imported.',
    severity: 'error',
    from: { path: ADAPTERS, pathNot: '^src/core/process/' },
    to: { path: RUN_PROCESS, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'tools-call-operations',
    comment: 'A tool parses, calls one operation and shapes the answer.',
    severity: 'error',
    from: { path: '^src/tools/' },
    to: { path: [ADAPTERS, '^src/core/context[.]ts$', '^src/(cli|server)/'] },
  },
  {
    name: 'agent-cannot-approve',
    comment: 'What only the operator may do, and the signer, must not be reachable from what the agent can call.',
    severity: 'error',
    from: { path: '^src/(tools|server)/' },
    to: { path: OPERATOR_ONLY, reachable: true },
  },
  onlyIn('better-sqlite3', '^src/core/store/'),
  onlyIn('execa', '^src/core/process/'),
  onlyIn('chokidar', '^src/core/watcher/'),
  onlyIn('commander', '^src/cli/'),
  onlyIn('@modelcontextprotocol/sdk', '^src/(server|cli/demo)/'),
];

export interface Finding {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

/** Every import below `<root>/src` that breaks a rule; imports of types alone count as imports. */
export async function findViolations(root: string): Promise<{ modules: number; violations: Finding[] }> {
  const { output } = await cruise(
    ['src'],
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden },
      parser: 'tsc',
      doNotFollow: { path: 'node_modules' },
      tsPreCompilationDeps: true,
    },
    { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  );
  if (typeof output === 'string') throw new Error(output);
  const violations = output.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
  return { modules: output.modules.length, violations };
}
