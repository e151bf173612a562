import { lstatSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { showLine } from '../../core/approval/display.js';
import { systemClock } from '../../core/context.js';
import { CesError } from '../../core/errors.js';
import { findProject } from '../../core/find-project.js';
import { type Folders, realFolder } from '../../core/folders.js';
import { uninstall } from '../../core/operations/uninstall.js';
import { createProjectFolder } from '../../core/store/project-folder.js';
import { witnessPath } from '../../core/witness/heads.js';
import { createRootRegistry } from '../../core/witness/registry.js';
import { confirm } from '../ask.js';
import { type Cli, type ExitCode, withProject } from '../cli.js';
import { refuseAgents, requireTerminal } from '../guard.js';

/** `ces uninstall --all`: everything that CES added about this project goes; the operator's key stays. */
export async function run(cli: Cli, options: { all?: boolean; yes?: boolean }): Promise<ExitCode> {
  if (options.all !== true) throw new CesError('usage', 'Say that all of it is to go.', 'Run: ces uninstall --all');
  await refuseAgents(cli, 'ces uninstall');
  const { root, projectId } = await findTarget(cli);
  // Also with --yes: an agent without one could end the history and begin another.
  await requireTerminal(cli, 'ces uninstall');
  if (options.yes !== true && !(await confirm(describeRemoval(root, projectId)))) {
    cli.out.say('Nothing was removed.');
    return 1;
  }
  const registry = createRootRegistry(cli.folders);
  const shared = (await registry.list()).some((entry) => entry.projectId === projectId && entry.root !== root);
  const result = await uninstall({
    root,
    projectId,
    shared,
    folder: createProjectFolder(root),
    registry,
    removeState: (id) =>
      removePaths(
        shared ? [witnessPath({ stateDir: cli.folders.stateDir, projectId: id, root })] : placesOf(cli.folders, id),
      ),
  });
  cli.out.answer({ project_id: projectId, root, at: systemClock.now(), ...result }, () =>
    [
      `CES is out of ${showLine(root)}. Removed:`,
      ...result.removed.map((name) => `  ${name}`),
      ...result.kept.map((name) => `  kept: ${name}`),
      'Your key stays where it is.',
    ].join('\n'),
  );
  return 0;
}

function describeRemoval(root: string, projectId: string): string {
  return `Remove .ces/ of ${showLine(root)}, its ledger and everything that CES keeps about ${projectId}?`;
}

// A root that lost its .ces/, or whose state can't be read, must still be possible to end: the registry knows it.
async function findTarget(cli: Cli): Promise<{ root: string; projectId: string }> {
  try {
    return await withProject(cli, 'read', async ({ root, projectId }) => ({ root, projectId }));
  } catch (error) {
    const root = await findProject(cli.from, cli.folders).catch(() => realFolder(cli.from));
    const entry = error instanceof CesError ? await createRootRegistry(cli.folders).find(root) : null;
    if (entry === null) throw error;
    return { root, projectId: entry.projectId };
  }
}

function placesOf(folders: Folders, projectId: string): string[] {
  return [join(folders.stateDir, 'projects', projectId), join(folders.configDir, 'pins', projectId)];
}

async function removePaths(paths: readonly string[]): Promise<string[]> {
  const removed: string[] = [];
  for (const path of paths) {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) continue;
    await rm(path, { recursive: true, force: true });
    removed.push(path);
  }
  return removed;
}
