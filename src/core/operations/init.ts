import { POLICY_PATH, parsePolicy, renderPolicy } from '../config.js';
import { digestOf } from '../ledger/entry.js';
import type { Caller, Clock, ProjectFolder, Registry } from '../ports.js';

export interface InitPorts {
  readonly root: string;
  /** What people call the project. */
  readonly name: string;
  /** The git folder that all worktrees share; null outside git. */
  readonly gitCommonDir: string | null;
  readonly folder: ProjectFolder;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly caller: Caller;
  readonly newProjectId: () => string;
  /** The line of the operator's key for `allowed_signers`; null where there is no key yet. */
  readonly signerLine: string | null;
  readonly pin: (projectId: string, digest: string) => Promise<void>;
}

export interface InitResult {
  readonly project_id: string;
  readonly root: string;
  readonly created: readonly string[];
  /** The policy is the one that a clone brought along, and was pinned as it is. */
  readonly joined: boolean;
}

/**
 * Makes a project: `.ces/`, its database with the first ledger entry, its place in the registry of governed roots, and the
 * pin of its policy. In a clone that carries a policy, the project id is the policy's. Refuses `already_initialized`.
 */
export async function init(ports: InitPorts): Promise<InitResult> {
  const carried = await ports.folder.read('policy.yaml');
  const projectId = carried === null ? ports.newProjectId() : parsePolicy(carried).project_id;
  const policy = carried ?? renderPolicy(projectId);
  const { store, created } = await ports.folder.create({ projectId, policy, signers: renderSigners(ports.signerLine) });
  try {
    const at = ports.clock.now();
    store.transact((tx) => {
      tx.setMeta('project_id', projectId);
      tx.setMeta('created_at', at);
      tx.setMeta('name', ports.name);
      tx.append(
        {
          type: 'project.initialized',
          ...ports.caller,
          summary: `project ${projectId}`,
          body: { project_id: projectId, policy: digestOf(policy), policy_path: POLICY_PATH },
        },
        at,
      );
    });
  } finally {
    store.close();
  }
  await ports.pin(projectId, digestOf(policy));
  await ports.registry.register(ports.root, ports.gitCommonDir, projectId);
  return { project_id: projectId, root: ports.root, created, joined: carried !== null };
}

/** The text of `.ces/allowed_signers` with one signer, or none yet. */
export function renderSigners(line: string | null): string {
  const head =
    '# Who may approve, in the format of OpenSSH: one principal a line, namespaces="ces-approval". It counts as of the base commit.\n';
  return line === null ? head : `${head}${line}\n`;
}
