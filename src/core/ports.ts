import type { Base, CandidateTree, Scan, TreeEntry } from './delta/tree.js';
import type { Channel, Principal } from './ledger/entry.js';
import type { Store } from './store-port.js';
import type { CheckResult, CheckSpec, Containment } from './verification/check.js';
import type { VerificationRun } from './verification/run.js';

/** Time and ids come from the context: one `now` per operation. */
export interface Clock {
  /** ISO 8601, UTC, milliseconds. */
  now(): string;
}

export interface Ids {
  /** e.g. `create('M')` → `M-0123456789ab`. */
  create(prefix: 'M' | 'A' | 'E' | 'V' | 'C' | 'F' | 'D' | 'S'): string;
}

/** Looks at the files under the root. It writes nothing below the root. */
export interface Workspace {
  readonly root: string;
  /** `full` reads and hashes every byte again; `stat` trusts size, times and inode of files it has hashed before. */
  scan(options: { mode: 'full' | 'stat'; base: Base; localIgnores: LocalIgnores }): Promise<Scan>;
  /** HEAD's commit and tree; for a folder without commits an empty tree and `commit: null`. */
  readBase(): Promise<Base>;
  /** The base of a known commit. */
  readBaseOf(commit: string): Promise<Base>;
  /** `.git/info/exclude` and the user's global excludes as they are now. */
  readLocalIgnores(): Promise<LocalIgnores>;
  /** Bytes of one file as they are now, or null where there is none. Refuses what leaves the root. */
  read(path: string): Promise<Buffer | null>;
  /** Bytes of a file in a commit, or null. */
  readAtCommit(commit: string, path: string): Promise<Buffer | null>;
  /** Commits on HEAD that are not in `since`, newest first. */
  commitsSince(since: string): Promise<readonly { commit: string; subject: string }[]>;
  /** Paths for which the next `git commit` would hold what is neither in the base nor in the candidate tree. */
  stagedStrays(base: Base, candidate: CandidateTree): Promise<readonly string[]>;
  /** The tree of HEAD's commit as git names it; null without a commit. */
  readHeadTree(): Promise<string | null>;
  /** Writes the tree's exact bytes into an empty folder; checks every digest while copying. */
  materialize(tree: CandidateTree, into: string): Promise<void>;
}

/** Ignore rules that are not part of the repository, by content: captured when work starts, so that a later edit hides nothing. */
export interface LocalIgnores {
  readonly infoExclude: string;
  readonly global: string;
}

/** Keeps starting contents outside the workspace, by digest. */
export interface ContentStore {
  /** Keeps what git does not hold of these entries, up to its size limit; digests only for secrets-like files. */
  keep(root: string, entries: readonly TreeEntry[]): Promise<{ kept: number; skipped: number }>;
  get(sha256: string): Promise<Buffer | null>;
  /** A scan as it was, to compare with later; the id is its digest. Durable when it returns. */
  saveScan(scan: Scan): Promise<string>;
  loadScan(id: string): Promise<Scan | null>;
}

/** Runs one check on a prepared folder, contained where the machine can. Never throws for a check that fails. */
export interface CheckRunner {
  readonly containment: Containment;
  run(check: CheckSpec, where: { dir: string; root: string; signal: AbortSignal }): Promise<CheckResult>;
  /** A fresh folder outside the workspace, with dependencies of `root` linked in; `dispose` removes it. */
  prepare(root: string, tree: CandidateTree, workspace: Workspace): Promise<{ dir: string; dispose(): Promise<void> }>;
}

/** What a contained program may see and change. Absolute paths; everything else is read-only, or hidden. */
export interface SandboxView {
  /** The workspace: hidden, except what is listed below. */
  readonly root: string;
  readonly cwd: string;
  readonly writable: readonly string[];
  /** Shown read-only although it lies in something hidden: dependency folders. */
  readonly readable: readonly string[];
  /** The check's PATH: its folders are shown read-only where they lie in something hidden. */
  readonly path?: string;
}

/** Puts a program into the containment that this machine offers; 'none' changes nothing and says so. */
export interface Sandbox {
  readonly containment: Containment;
  /** The argv that runs `argv` contained. */
  wrap(argv: readonly string[], view: SandboxView): readonly string[];
}

/** Heads of the ledger, kept outside the workspace. */
export interface Witness {
  append(head: { sequence: number; hash: string; at: string }): Promise<void>;
  heads(): Promise<readonly { sequence: number; hash: string; at: string }[]>;
}

/** Checks a detached SSHSIG signature against signers that the record itself does not name. */
export interface SignatureChecker {
  check(statement: Uint8Array, signature: string): Promise<SignatureVerdict>;
}

export type SignatureVerdict =
  | {
      readonly valid: true;
      readonly signer: string;
      readonly keyType: string;
      readonly fingerprint: string;
      /** A security key asked for its PIN or a fingerprint. */
      readonly userVerified?: boolean;
    }
  | { readonly valid: false; readonly reason: string };

/** Makes a detached SSHSIG signature over exactly these bytes. Only the operator's commands hold one. */
export interface Signer {
  readonly kind: 'key' | 'demo';
  sign(statement: Uint8Array): Promise<string>;
}

/** Who calls an operation: known from the surface that was used, never from what was said. */
export interface Caller {
  readonly principal: Principal;
  readonly channel: Channel;
  readonly session: string | null;
}

/** Everything that an operation may use. Built once by the composition root; a signer is never part of it. */
export interface OperationContext {
  readonly root: string;
  readonly projectId: string;
  readonly caller: Caller;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly store: Store;
  readonly workspace: Workspace;
  readonly content: ContentStore;
  readonly witness: Witness;
  readonly signatures: SignatureChecker;
  readonly exports: Exports;
  /** Probes the machine's sandbox on the first call. */
  checks(): Promise<CheckRunner>;
  /** The checks that a project's own files name: by their paths, and the text of those that are asked for. */
  detectChecks(project: {
    paths: readonly string[];
    readText(path: string): Promise<string | null>;
  }): Promise<readonly CheckSpec[]>;
  /** Digests of the policy and profile texts that the operator pinned on this machine. */
  pinnedTexts(): Promise<readonly string[]>;
  /** Verification runs that this process is carrying out, by id. */
  readonly runs: Map<string, ActiveRun>;
  /** Waits until the state may have changed, or so many milliseconds. */
  waitForChange(milliseconds: number): Promise<void>;
}

export interface ActiveRun {
  readonly manifestId: string | null;
  readonly started: VerificationRun;
  readonly done: Promise<VerificationRun>;
  readonly abort: AbortController;
}

/** `.ces/exports/`: statements and their signatures, as files for other programs. */
export interface Exports {
  /** Writes both files, readable by others, and returns their paths below the root. */
  write(id: string, statement: string, signature: string): Promise<{ statementPath: string; signaturePath: string }>;
  /** What lies there, by the statement's file name; `signature` is null where its file is missing. */
  list(): Promise<readonly { name: string; statement: string; signature: string | null }[]>;
}

/** The `.ces/` folder of one root. */
export interface ProjectFolder {
  /** Makes what is missing of it and opens its database; what is there stays. Refuses `unsafe_state` and `state_unwritable`. */
  create(input: { policy: string; signers: string }): Promise<{ store: Store; created: readonly string[] }>;
  /** Text of a file directly below it, or null. */
  read(name: string): Promise<string | null>;
  write(name: string, text: string): Promise<void>;
  /** Removes all of it. */
  remove(): Promise<void>;
}

/** What `init` and `uninstall` change outside the workspace. */
export interface Registry {
  register(root: string, gitCommonDir: string | null, projectId: string): Promise<void>;
  find(root: string): Promise<{ readonly root: string; readonly projectId: string } | null>;
  remove(root: string): Promise<boolean>;
}
