import { randomBytes } from 'node:crypto';
import { mkdirSync, realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { CheckRunner, Sandbox } from '../ports.js';
import { makeTempFolder } from '../temp-folders.js';
import { judgeEnding, judgeReport, type ParsedReport, type ParseReport } from '../verification/belief.js';
import type { CheckResult, CheckSpec, ReportParser } from '../verification/check.js';
import { tailOf } from '../verification/scrub.js';
import { linkDependencies } from './dependencies.js';
import { checkEnvironment, environmentDigest } from './environment.js';
import { findProgram } from './find-program.js';
import { removeFolder } from './remove-folder.js';
import { readReport } from './report-file.js';
import type { RunProcess, RunResult } from './run.js';
import { killStragglers } from './stragglers.js';
import { readToolVersion } from './tool-version.js';

/** Names the run in the environment of every process it starts; not part of the environment's digest. */
const MARK = 'CES_CHECK_RUN';
const MAX_OUTPUT_BYTES = 1024 * 1024;

export interface CheckRunnerParts {
  readonly runProcess: RunProcess;
  readonly sandbox: Sandbox;
  readonly parsers: Readonly<Record<ReportParser, ParseReport | null>>;
  /** Where copies and run folders are made; the system's folder for temporary files by default. */
  readonly tempDir?: string;
}

interface Job {
  readonly check: CheckSpec;
  readonly dir: string;
  readonly root: string;
  readonly signal: AbortSignal;
  readonly dependencies: readonly string[];
}

/** The runner over these parts. A check that fails is a result; refuses `process_failed` where its processes can't be killed. */
export function createCheckRunner(parts: CheckRunnerParts): CheckRunner {
  const tempDir = realpathSync(parts.tempDir ?? tmpdir());
  const dependencies = new Map<string, readonly string[]>();
  return {
    containment: parts.sandbox.containment,

    async prepare(root, tree, workspace) {
      const folder = makeTempFolder('copy', tempDir);
      const dir = join(folder, 'tree');
      const dispose = async (): Promise<void> => {
        dependencies.delete(dir);
        await removeFolder(folder);
      };
      try {
        mkdirSync(dir);
        await workspace.materialize(tree, dir);
        dependencies.set(dir, linkDependencies(root, tree, dir));
        return { dir, dispose };
      } catch (error) {
        await dispose();
        throw error;
      }
    },

    async run(check, { dir, root, signal }) {
      const runFolder = makeTempFolder('check', tempDir);
      try {
        const job = {
          check,
          dir: realpathSync(dir),
          root: realpathSync(root),
          signal,
          dependencies: dependencies.get(dir) ?? [],
        };
        return await runCheck(parts, job, runFolder);
      } finally {
        await removeFolder(runFolder);
      }
    },
  };
}

async function runCheck(
  { runProcess, sandbox, parsers }: CheckRunnerParts,
  job: Job,
  runFolder: string,
): Promise<CheckResult> {
  const { check, dir, root } = job;
  const folders = {
    home: makeFolder(runFolder, 'home'),
    tempDir: makeFolder(runFolder, 'tmp'),
    report: makeFolder(runFolder, `report-${randomBytes(12).toString('hex')}`),
  };
  const report = join(folders.report, randomBytes(12).toString('hex'));
  const env = checkEnvironment(check.env, { root, home: folders.home, tempDir: folders.tempDir });
  const common = {
    id: check.id,
    argv: check.argv,
    required: check.status === 'required',
    containment: sandbox.containment,
    environmentDigest: environmentDigest(env),
  };
  const cwd = resolve(dir, check.cwd);
  const [name = '', ...args] = check.argv;
  const missing = describeMissing(name, dir, cwd);
  const program = missing === null ? findProgram(name, cwd, env.PATH ?? '') : null;
  if (missing !== null || program === null) {
    const reason = missing ?? `the program ${name} was not found: install it, or the project’s dependencies`;
    return {
      ...common,
      status: 'inconclusive',
      exitCode: null,
      durationMs: 0,
      tests: null,
      diagnostics: [],
      outputTail: '',
      reason,
      toolVersion: null,
    };
  }
  const argv = [program, ...args.map((arg) => arg.replaceAll('{report}', report))];
  const view = {
    root,
    cwd,
    writable: [dir, folders.home, folders.tempDir, folders.report],
    readable: [...job.dependencies, ...nodeFolders()],
    ...(env.PATH === undefined ? {} : { path: env.PATH }),
  };
  const mark = randomBytes(12).toString('hex');
  const result = await runProcess(sandbox.wrap(argv, view), {
    cwd,
    env: { ...env, [MARK]: mark },
    timeoutMs: check.timeoutMs,
    maxBytes: MAX_OUTPUT_BYTES,
    signal: job.signal,
  });
  // A process namespace dies with its group; elsewhere a process can leave the group.
  if (sandbox.containment !== 'bubblewrap') await killStragglers(MARK, mark);
  // All of it is dead from here on: what the report says now, it will always say.
  const parse = parsers[check.parser];
  const parsed = parse === null ? null : parseSafely(parse, result, readReport(report), dir);
  const ending = judgeEnding({ ...result, timeoutMs: check.timeoutMs });
  return {
    ...common,
    toolVersion: readToolVersion(program),
    ...(ending ?? judgeReport(parsed, result.exitCode ?? -1)),
    exitCode: result.exitCode,
    durationMs: result.durationMs,
    tests: ending === null ? (parsed?.tests ?? null) : null,
    // The words of the code under test: data, without secrets and without what a terminal would obey.
    diagnostics: (parsed?.diagnostics ?? []).map((found) => ({ ...found, message: tailOf(found.message) })),
    outputTail: tailOf(`${result.stdout.toString('utf8')}${result.stderr.toString('utf8')}`),
  };
}

function makeFolder(parent: string, name: string): string {
  const path = join(parent, name);
  mkdirSync(path, { mode: 0o700 });
  return path;
}

function describeMissing(name: string, dir: string, cwd: string): string | null {
  if (name === '') return 'it names no program';
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) return 'its folder is not in the tree';
  const real = realpathSync(cwd);
  if (real !== dir && !real.startsWith(`${dir}/`)) return 'its folder is outside the project';
  return null;
}

/** The Node that runs CES, which may lie in something hidden. */
function nodeFolders(): readonly string[] {
  return [dirname(realpathSync(process.execPath))];
}

function parseSafely(parse: ParseReport, result: RunResult, report: string | null, dir: string): ParsedReport {
  const input = {
    report,
    stdout: result.stdout.toString('utf8'),
    stderr: result.stderr.toString('utf8'),
    exitCode: result.exitCode ?? -1,
    dir,
  };
  try {
    return parse(input);
  } catch {
    return {
      tests: null,
      saysPassed: null,
      failedFiles: 0,
      diagnostics: [],
      problems: ['the report could not be read'],
    };
  }
}
