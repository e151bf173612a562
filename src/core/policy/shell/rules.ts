import type { Rule } from './invocation.js';
import { ARCHIVE_RULES } from './programs/archives.js';
import { judgeCes, judgeSqlite, judgeSshKeygen } from './programs/ces.js';
import { FILE_RULES } from './programs/files.js';
import { judgeGit } from './programs/git.js';
import { judgePackageManager, judgePackageRunner } from './programs/packages.js';
import { READER_RULES } from './programs/readers.js';
import { STARTER_RULES } from './programs/starters.js';

/** Answers `--version` without doing anything. */
const RUNS_PROJECT_CODE =
  'go cargo rustc pytest tox make cmake ninja mvn gradle vitest jest mocha tsc eslint biome prettier ruff mypy';

const runsProjectCode: Rule = (call) => {
  const only = call.args.length === 1 ? (call.args[0]?.text ?? '') : '';
  if (/^(?:--version|version)$/.test(only)) return;
  call.doubt(`${call.name} runs the project's own code; what it writes shows in the delta`);
};

const RULES = new Map<string, Rule>(
  Object.entries({
    ...READER_RULES,
    ...FILE_RULES,
    ...ARCHIVE_RULES,
    ...STARTER_RULES,
    ...Object.fromEntries(RUNS_PROJECT_CODE.split(' ').map((name) => [name, runsProjectCode])),
    git: judgeGit,
    npm: judgePackageManager,
    pnpm: judgePackageManager,
    yarn: judgePackageManager,
    npx: judgePackageRunner,
    bunx: judgePackageRunner,
    pnpx: judgePackageRunner,
    ces: judgeCes,
    'ces.js': judgeCes,
    'controlled-execution-system': judgeCes,
    'ssh-keygen': judgeSshKeygen,
    sqlite3: judgeSqlite,
    sqlite: judgeSqlite,
  }),
);

/** The rule for a program's name, or undefined for one that is not known. */
export function findRule(name: string): Rule | undefined {
  return RULES.get(name) ?? RULES.get(name.replace(/(?<=[a-z])[\d.]+$/, ''));
}
