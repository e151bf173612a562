import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bytesToPath, pathToBytes } from '../delta/path-bytes.js';
import type { LocalIgnores } from '../ports.js';
import { makeTempFolder } from '../temp-folders.js';
import { fsPath, systemCode } from './file-system.js';
import { gitFailed, type RunGit, readGit, splitNul } from './git.js';

/** Ignore rules by content: the `.gitignore` files at their places, and what is not part of the repository. */
export interface IgnoreRules {
  /** SHA-256 that stands for all of them. */
  readonly digest: string;
  readonly local: LocalIgnores;
  /** Called only when a path has to be asked for. */
  readFiles(): Promise<readonly { path: string; bytes: Buffer }[]>;
}

export interface AskedPath {
  readonly path: string;
  readonly folder: boolean;
}

/** Says which paths the rules ignore, by git's own reading of them, and remembers it by rules and path. */
export interface IgnoreOracle {
  ask(paths: readonly AskedPath[]): Promise<ReadonlySet<string>>;
  dispose(): void;
}

/** Decisions by rules digest, then by path (a folder's ends in '/'). */
export type IgnoreMemory = Map<string, Map<string, boolean>>;

/** A digest for `IgnoreRules` from names and content ids. */
export function digestRules(files: readonly { path: string; id: string }[], local: LocalIgnores): string {
  const text = JSON.stringify([files.map(({ path, id }) => [path, id]), local.infoExclude, local.global]);
  return createHash('sha256').update(text).digest('hex');
}

/** The working tree is never asked: git reads the rules in a repository of their own that holds nothing else. */
export function createIgnoreOracle(runGit: RunGit, rules: IgnoreRules, memory: IgnoreMemory): IgnoreOracle {
  const decided = memory.get(rules.digest) ?? new Map<string, boolean>();
  memory.set(rules.digest, decided);
  let shadow: string | null = null;

  return {
    async ask(paths) {
      const open = paths.filter((asked) => !decided.has(keyOf(asked)));
      if (open.length > 0) {
        shadow ??= await createShadow(runGit, rules);
        const askable = open.filter((asked) => standsIn(shadow ?? '', asked));
        const ignored = await checkIgnore(runGit, shadow, askable);
        for (const asked of open) decided.set(keyOf(asked), ignored.has(asked.path));
      }
      return new Set(paths.filter((asked) => decided.get(keyOf(asked))).map((asked) => asked.path));
    },
    dispose() {
      if (shadow !== null) rmSync(shadow, { recursive: true, force: true });
      shadow = null;
    },
  };
}

function keyOf({ path, folder }: AskedPath): string {
  return folder ? `${path}/` : path;
}

/** Rules such as `build/` speak of folders alone, so a folder must be one here too. False where it can't: not ignored. */
function standsIn(shadow: string, { path, folder }: AskedPath): boolean {
  const full = fsPath(`${shadow}/${path}`);
  try {
    if (!folder) return lstatSync(full, { throwIfNoEntry: false })?.isDirectory() !== true;
    mkdirSync(full, { recursive: true });
    return true;
  } catch (error) {
    if (systemCode(error) === '') throw error;
    return false;
  }
}

async function createShadow(runGit: RunGit, rules: IgnoreRules): Promise<string> {
  const shadow = makeTempFolder('ignore');
  await readGit(runGit, shadow, ['init', '--quiet', '--template=']);
  mkdirSync(join(shadow, '.git/info'), { recursive: true });
  writeFileSync(join(shadow, '.git/info/exclude'), rules.local.infoExclude);
  writeFileSync(join(shadow, '.git/global-exclude'), rules.local.global);
  for (const { path, bytes } of await rules.readFiles()) {
    mkdirSync(fsPath(dirname(`${shadow}/${path}`)), { recursive: true });
    writeFileSync(fsPath(`${shadow}/${path}`), bytes);
  }
  return shadow;
}

async function checkIgnore(runGit: RunGit, shadow: string, paths: readonly AskedPath[]): Promise<ReadonlySet<string>> {
  const ignored = new Set<string>();
  if (paths.length === 0) return ignored;
  // './' keeps a name such as ':(top)x' from being read as a pattern; git gives it back as it was asked.
  const input = Buffer.concat(paths.flatMap(({ path }) => [Buffer.from('./'), pathToBytes(path), Buffer.from([0])]));
  const options = ['-c', `core.excludesFile=${join(shadow, '.git/global-exclude')}`, '-c', 'core.ignoreCase=false'];
  const args = ['check-ignore', '--no-index', '--stdin', '-z', '-v', '-n'];
  const { exitCode, stdout, stderr } = await runGit([...options, ...args], { cwd: shadow, input });
  if (exitCode > 1) throw gitFailed(args, shadow, `ended with exit code ${exitCode}`, stderr);
  const fields = splitNul(stdout); // source, line, pattern, path
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const pattern = fields[at + 2];
    const path = fields[at + 3];
    if (pattern === undefined || path === undefined || pattern.length === 0 || pattern[0] === 0x21) continue;
    ignored.add(bytesToPath(path.subarray(2)));
  }
  return ignored;
}
