import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { showLine } from '../../core/approval/display.js';
import { createContext, systemClock } from '../../core/context.js';
import { CesError } from '../../core/errors.js';
import { findGitCommonDir, findGitTop } from '../../core/find-project.js';
import { DATABASE, realFolder } from '../../core/folders.js';
import { init } from '../../core/operations/init.js';
import { recordFirstScan } from '../../core/operations/record-first-scan.js';
import { createProjectFolder } from '../../core/store/project-folder.js';
import { createPins } from '../../core/witness/pins.js';
import { createRootRegistry } from '../../core/witness/registry.js';
import { confirm, hasTerminal } from '../ask.js';
import type { Cli, ExitCode } from '../cli.js';
import { refuseAgents } from '../guard.js';
import { createOperatorKey, readOperatorKey, signerLineOf } from '../operator-key.js';
import { shareSigner } from './key-create.js';

/** `ces init [NAME]`: makes the project here. On a terminal it offers to make the key as well. */
export async function run(cli: Cli, given: string | undefined): Promise<ExitCode> {
  await refuseAgents(cli, 'ces init');
  const root = realFolder(cli.from);
  const name = checkName(given ?? basename(root));
  const registry = createRootRegistry(cli.folders);
  await refusePlace(root, registry);
  const outer = findOuterRoot(root);
  if (outer !== null)
    cli.out.say(`Warning: this lies inside ${outer}, which CES governs as well; each looks after its own .ces/.`);
  const key = await readOperatorKey(cli.folders);
  const result = await init({
    root,
    name,
    gitCommonDir: await findGitCommonDir(root),
    folder: createProjectFolder(root),
    registry,
    clock: systemClock,
    caller: { principal: 'operator', channel: 'cli', session: null },
    newProjectId: () => `proj-${randomBytes(12).toString('hex')}`,
    signerLine: key?.signer == null ? null : signerLineOf(key, key.signer),
    pin: (projectId, digest) => createPins({ configDir: cli.folders.configDir, projectId }).add(digest),
    lookFirst: () => lookFirst(cli, root),
  });
  cli.out.show(
    `${cli.out.colors.green('Governed')}: ${showLine(root)} (${result.project_id})${result.joined ? (result.pinned ? ', by the policy that it brought along' : '; the policy that it brought along is looser than the built-in rules, which hold instead') : ''}`,
  );
  const signer = key?.signer ?? (await offerKey(cli, root, name));
  const next = nextSteps(signer, existsSync(join(root, '.git')));
  cli.out.answer({ ...result, name, signer, next }, () =>
    ['Next:', ...next.map((step, index) => `  ${index + 1}. ${step}`)].join('\n'),
  );
  return 0;
}

// What is installed now is what the operator has worked with: a later change of it before any work is shown.
async function lookFirst(cli: Cli, root: string): Promise<void> {
  const caller = { principal: 'operator', channel: 'cli', session: null } as const;
  const ctx = createContext({ root, folders: cli.folders, caller, mode: 'write' });
  try {
    await recordFirstScan(ctx);
  } finally {
    await ctx.close();
  }
}

function checkName(name: string): string {
  if (name.trim() !== '' && name.length <= 100 && showLine(name) === name) return name.trim();
  throw new CesError(
    'usage',
    `${JSON.stringify(name)} is no name for a project.`,
    'Give up to 100 plain characters: ces init "Billing service"',
  );
}

async function refusePlace(root: string, registry: ReturnType<typeof createRootRegistry>): Promise<void> {
  const top = findGitTop(root);
  if (top !== null && top !== root)
    throw new CesError(
      'usage',
      `${root} is inside the repository ${top}; CES governs whole repositories.`,
      `Run: ces init --project-root ${top}`,
    );
  if (!existsSync(join(root, DATABASE)) && (await registry.find(root)) !== null)
    throw new CesError(
      'root_lost_state',
      `${root} is governed by CES, but its .ces/state.db is gone.`,
      'Put .ces/ back from a copy; or end it for good first: ces uninstall --all',
    );
}

function findOuterRoot(root: string): string | null {
  for (let folder = dirname(root); folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, DATABASE))) return folder;
  return null;
}

async function offerKey(cli: Cli, root: string, name: string): Promise<string | null> {
  if (cli.out.json || !hasTerminal()) {
    cli.out.say('There is no key to approve with yet. Make one in a terminal: ces key create');
    return null;
  }
  if (!(await confirm('You need a key to approve with. Make it now?'))) return null;
  const key = await createOperatorKey(cli, { noPassphrase: false, projectName: name });
  if (key === null) {
    cli.out.say('No key was made. Try again when you like: ces key create');
    return null;
  }
  await shareSigner(root, signerLineOf(key, key.signer));
  return key.signer;
}

function nextSteps(signer: string | null, inGit: boolean): string[] {
  return [
    ...(signer === null ? ['ces key create'] : []),
    ...(inGit ? ['git add .ces && git commit -m "Govern this repository with CES"'] : []),
    'claude mcp add ces -- ces serve   (or: codex mcp add ces -- ces serve)',
    'ces status',
  ];
}
