import { POLICY_PATH, parsePolicy, renderPolicy } from '../config.js';
import { CesError } from '../errors.js';
import { digestOf } from '../ledger/entry.js';
import { isAtLeastAsStrict, resolvePolicy } from '../policy/policy.js';
import type { Caller, Clock, ProjectFolder, Registry } from '../ports.js';
import type { Store } from '../store-port.js';

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
  /** Keeps what lies here now, where no `init` has done so yet; without it nothing is kept. */
  readonly lookFirst?: () => Promise<void>;
}

export interface InitResult {
  readonly project_id: string;
  readonly root: string;
  readonly created: readonly string[];
  /** The policy is the one that a clone brought along. */
  readonly joined: boolean;
  /** It is in force on this machine; one that is looser than the built-in rules is not. */
  readonly pinned: boolean;
}

/**
 * Makes a project: `.ces/`, its database with the first ledger entry, the pin of its policy, the first look at the files, and
 * at last its place in the registry of governed roots: until then it can be run again after it was cut off. In a clone that carries a policy, the
 * project id is the policy's. Refuses `already_initialized`.
 */
export async function init(ports: InitPorts): Promise<InitResult> {
  if ((await ports.registry.find(ports.root)) !== null) throw alreadyGoverned(ports.root);
  const carried = await ports.folder.read('policy.yaml');
  const drafted = carried ?? renderPolicy(ports.newProjectId());
  parsePolicy(drafted);
  const { store, created } = await ports.folder.create({ policy: drafted, signers: renderSigners(ports.signerLine) });
  try {
    // Another `init` at the same time may have come first.
    const policy = (await ports.folder.read('policy.yaml')) ?? drafted;
    const first = readFirst(store) ?? begin(ports, store, policy);
    // Who can write a looser policy and start anew must not have it believed: it needs a decision, and the built-in rules hold.
    const pinned = first.policy === digestOf(policy) && isAtLeastAsStrict(resolvePolicy(parsePolicy(policy)));
    if (pinned) await ports.pin(first.projectId, first.policy);
    await ports.lookFirst?.();
    if ((await ports.registry.find(ports.root)) !== null) throw alreadyGoverned(ports.root);
    await ports.registry.register(ports.root, ports.gitCommonDir, first.projectId);
    return { project_id: first.projectId, root: ports.root, created, joined: carried !== null, pinned };
  } finally {
    store.close();
  }
}

interface First {
  readonly projectId: string;
  /** Digest of the policy that was there. */
  readonly policy: string;
}

/** What an `init` that was cut off, or that came first, recorded; null where none did. */
function readFirst({ read }: Pick<Store, 'read'>): First | null {
  const projectId = read.meta('project_id');
  if (projectId === null) return null;
  const [entry] = read.entries({ type: 'project.initialized' });
  return { projectId, policy: String(entry?.body.policy) };
}

function begin(ports: InitPorts, store: Store, policy: string): First {
  const at = ports.clock.now();
  const { project_id } = parsePolicy(policy);
  return store.transact((tx) => {
    const other = readFirst({ read: tx });
    if (other !== null) return other;
    tx.setMeta('project_id', project_id);
    tx.setMeta('created_at', at);
    tx.setMeta('name', ports.name);
    tx.append(
      {
        type: 'project.initialized',
        ...ports.caller,
        summary: `project ${project_id}`,
        body: { project_id, policy: digestOf(policy), policy_path: POLICY_PATH },
      },
      at,
    );
    return { projectId: project_id, policy: digestOf(policy) };
  });
}

function alreadyGoverned(root: string): CesError {
  return new CesError('already_initialized', `${root} is governed already.`, 'Run: ces status');
}

/** The text of `.ces/allowed_signers` with one signer, or none yet. */
export function renderSigners(line: string | null): string {
  const head =
    '# Who may approve, in the format of OpenSSH: one principal a line, namespaces="ces-approval". It counts as of the base commit.\n';
  return line === null ? head : `${head}${line}\n`;
}
