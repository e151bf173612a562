import type { ProjectFolder, Registry } from '../ports.js';

export interface UninstallPorts {
  readonly root: string;
  readonly projectId: string;
  /** Another checkout of the same project is governed on this machine: what they share stays. */
  readonly shared: boolean;
  readonly folder: ProjectFolder;
  readonly registry: Registry;
  /** Removes what is kept about the project outside the workspace, or of a shared one what is this root's alone; returns what was there. */
  readonly removeState: (projectId: string) => Promise<readonly string[]>;
}

/** Takes CES out of one root: `.ces/`, its place in the registry, and what is kept outside. The operator's key stays. */
export async function uninstall(
  ports: UninstallPorts,
): Promise<{ removed: readonly string[]; kept: readonly string[] }> {
  await ports.folder.remove();
  const outside = await ports.removeState(ports.projectId);
  // Last: a root that is still registered is halted when this is cut off, and can be uninstalled again.
  const registered = await ports.registry.remove(ports.root);
  return {
    removed: ['.ces/', ...outside, ...(registered ? ['registry of governed roots'] : [])],
    kept: ports.shared ? [`state of ${ports.projectId}, which another checkout uses`] : [],
  };
}
