import { randomBytes } from 'node:crypto';
import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { CesError } from './errors.js';
import { DATABASE, type Folders } from './folders.js';
import type { Caller, CheckRunner, Clock, Ids, OperationContext, SignatureChecker } from './ports.js';
import { createExports } from './store/exports.js';
import { openStore } from './store/store.js';
import { createWitness } from './witness/heads.js';
import { createPins } from './witness/pins.js';
import { createContentStore } from './workspace/content-store.js';
import { rememberScans } from './workspace/remember-scans.js';
import { type CachedWorkspace, createWorkspace } from './workspace/workspace.js';

const CONTENT_LIMIT_BYTES = 512 * 1024 * 1024;

export const systemClock: Clock = { now: () => new Date().toISOString() };
export const randomIds: Ids = { create: (prefix) => `${prefix}-${randomBytes(6).toString('hex')}` };

export interface Context extends OperationContext {
  /** Forgets nothing that was acknowledged; what was learned of unchanged files is kept for the next process. */
  close(): Promise<void>;
}

/**
 * The composition root: everything an operation needs for one project. `mode` is `read` for commands that promise to write
 * nothing. No signer is part of it, whoever asks. Refuses what `openStore` refuses, and (`state_corrupt`) a state without a project id.
 */
export function createContext(options: {
  root: string;
  folders: Folders;
  caller: Caller;
  mode: 'read' | 'write';
}): Context {
  const { root, folders, caller } = options;
  const store = openStore(join(root, DATABASE), options.mode === 'read' ? 'read' : 'update');
  const projectId = store.read.meta('project_id');
  if (projectId === null || !/^proj-[0-9a-f]{24}$/.test(projectId)) {
    const isUnfinished = projectId === null && store.read.head() === null;
    store.close();
    throw new CesError(
      'state_corrupt',
      `${join(root, DATABASE)} holds no project id${isUnfinished ? ': `ces init` was cut off' : ''}.`,
      isUnfinished ? 'Run: ces init' : 'Put .ces/ back from a copy; or give it up: ces uninstall --all, then ces init',
    );
  }
  const projectDir = join(folders.stateDir, 'projects', projectId);
  const cachePath = join(projectDir, 'scan-cache.json');
  // The file of what was learned earlier can be written by an agent. Only who merely looks uses it, and not on an approval.
  const looksOnly = options.mode === 'read' && store.read.manifests()[0]?.state !== 'approved';
  const workspace = lazyWorkspace(root, cachePath, looksOnly);
  const pins = createPins({ configDir: folders.configDir, projectId });
  let runner: Promise<CheckRunner> | undefined;
  return {
    root,
    projectId,
    caller,
    clock: systemClock,
    ids: randomIds,
    store,
    workspace: workspace.port,
    content: rememberScans(createContentStore({ dir: join(projectDir, 'content'), maxBytes: CONTENT_LIMIT_BYTES })),
    witness: createWitness({ stateDir: folders.stateDir, projectId, root }),
    signatures: createLazyChecker(folders.configDir),
    exports: createExports(root),
    checks: () => {
      runner ??= loadCheckRunner();
      return runner;
    },
    detectChecks: async (project) => {
      const { detectChecks } = await import('./sensors/index.js');
      const texts = new Map<string, string>();
      for (const path of project.paths.filter((name) => /^[^/]*(package|tsconfig[^/]*)\.json$/.test(name))) {
        const text = await project.readText(path);
        if (text !== null) texts.set(path, text);
      }
      return detectChecks({ names: project.paths, texts });
    },
    pinnedTexts: () => pins.list(),
    runs: new Map(),
    waitForChange: (milliseconds) => waitForChange(join(root, DATABASE), milliseconds),
    close: async () => {
      if (options.mode === 'write') await workspace.save();
      store.close();
    },
  };
}

// Signatures are checked against the signers that the operator pinned, never against what the workspace says.
function createLazyChecker(configDir: string): SignatureChecker {
  return {
    check: async (statement, signature) => {
      const [{ createSignatureChecker }, { readPinnedSigners }, { runProcess }] = await Promise.all([
        import('./signers/check-signature.js'),
        import('./signers/pinned.js'),
        import('./process/run.js'),
      ]);
      const pinned = await readPinnedSigners(configDir);
      const checker = createSignatureChecker({
        allowedSigners: pinned === null ? [] : [pinned],
        runProcess,
        clock: systemClock,
      });
      return checker.check(statement, signature);
    },
  };
}

async function loadCheckRunner(): Promise<CheckRunner> {
  const [{ createCheckRunner }, { runProcess }, { chooseSandbox }, { reportParsers }] = await Promise.all([
    import('./process/check-runner.js'),
    import('./process/run.js'),
    import('./sandbox/choose.js'),
    import('./sensors/index.js'),
  ]);
  return createCheckRunner({ runProcess, sandbox: await chooseSandbox(runProcess), parsers: reportParsers });
}

function lazyWorkspace(
  root: string,
  cachePath: string,
  useCache: boolean,
): { port: CachedWorkspace; save(): Promise<void> } {
  let made: CachedWorkspace | undefined;
  let before = '';
  const get = (): CachedWorkspace => {
    if (made === undefined) {
      before = useCache ? readCache(cachePath) : '';
      made = createWorkspace({ root, cache: before });
    }
    return made;
  };
  return {
    port: {
      root,
      scan: (input) => get().scan(input),
      readBase: () => get().readBase(),
      readBaseOf: (commit) => get().readBaseOf(commit),
      readLocalIgnores: () => get().readLocalIgnores(),
      read: (path) => get().read(path),
      readAtCommit: (commit, path) => get().readAtCommit(commit, path),
      commitsSince: (since) => get().commitsSince(since),
      stagedStrays: (base, candidate) => get().stagedStrays(base, candidate),
      readHeadTree: () => get().readHeadTree(),
      materialize: (tree, into) => get().materialize(tree, into),
      exportCache: () => get().exportCache(),
      importCache: (text) => get().importCache(text),
    },
    async save() {
      const text = made?.exportCache() ?? before;
      // Only speed is lost where it can't be kept.
      if (text !== before) await writeFileAtomic(cachePath, text, { mode: 0o600 }).catch(() => undefined);
    },
  };
}

function readCache(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

// Another process's commit touches the database or its log; a missed notice costs only the rest of the wait.
function waitForChange(database: string, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watchFolder(join(database, '..'), () => finish());
    const timer = setTimeout(() => finish(), milliseconds);
    watcher?.on('error', () => finish());
    function finish(): void {
      clearTimeout(timer);
      watcher?.close();
      resolve();
    }
  });
}

function watchFolder(folder: string, onChange: () => void): FSWatcher | null {
  try {
    return watch(folder, onChange);
  } catch {
    return null; // the system's limit of watches is used up
  }
}
