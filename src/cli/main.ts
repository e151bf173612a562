import { join } from 'node:path';
import { CommanderError } from 'commander';
import { CesError, exitCodeOf } from '../core/errors.js';
import { findFolders } from '../core/folders.js';
import { createCli, type Environment, type ExitCode } from './cli.js';
import { createOutput, type Failure, type Streams } from './output.js';
import { createProgram, type Globals } from './program.js';

/** Runs one command line and returns its exit code. The only place that turns errors into exit codes. */
export async function run(argv: readonly string[], streams: Streams, env: Environment): Promise<ExitCode> {
  const wanted = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
  const open = (globals: Globals) =>
    createOutput(streams, { json: globals.json === true, color: globals.color && (env.NO_COLOR ?? '') === '' });
  let code: ExitCode = 0;
  let complaint = '';
  const program = createProgram({
    createCli: (globals) =>
      createCli({ out: open(globals), env, projectRoot: globals.projectRoot, cwd: process.cwd() }),
    finish: (result) => {
      code = result;
    },
    writeOut: (text) => streams.stdout.write(text),
    writeErr: (text) => {
      complaint += text;
    },
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const out = open({ json: wanted.includes('--json'), color: !wanted.includes('--no-color') });
    if (error instanceof CommanderError && error.code === 'commander.help') {
      // `ces` or `ces key` alone: the answer is the help.
      streams.stdout.write(complaint);
      return 0;
    }
    const failure = error instanceof CommanderError ? explainUsage(error) : await explainError(error, env);
    out.fail(failure);
    return failure.exitCode;
  }
}

interface Ending extends Failure {
  readonly exitCode: 2 | 3;
}

function explainUsage(error: CommanderError): Ending {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const nearest = rest.join(' ').trim();
  const hint = nearest === '' ? 'Run: ces help' : `${nearest.replace(/^\(|\)$/g, '')} Run: ces help`;
  return {
    type: 'usage',
    code: 'usage',
    message: `${capitalize(first)}${/[.?!]$/.test(first) ? '' : '.'}`,
    hint,
    exitCode: 2,
  };
}

async function explainError(error: unknown, env: Environment): Promise<Ending> {
  if (!(error instanceof CesError)) return explainBug(error, env);
  const { showLine } = await import('../core/approval/display.js');
  const exitCode = exitCodeOf(error);
  const type = error.code === 'usage' ? 'usage' : exitCode === 3 ? 'forbidden' : 'could_not';
  return { type, code: error.code, message: showLine(error.message, 2000), hint: showLine(error.hint, 2000), exitCode };
}

async function explainBug(error: unknown, env: Environment): Promise<Ending> {
  const { randomBytes } = await import('node:crypto');
  const id = `X-${randomBytes(6).toString('hex')}`;
  const path = await writeLog(id, error, env);
  const hint =
    path === null
      ? 'Its details could not be written to a log.'
      : `Its details are in ${path}; please report it with them.`;
  return { type: 'internal', code: 'internal', message: `Internal error (${id}).`, hint, exitCode: 2 };
}

async function writeLog(id: string, error: unknown, env: Environment): Promise<string | null> {
  const [{ writeFile }, { ensurePrivateDir }, { inspect }] = await Promise.all([
    import('node:fs/promises'),
    import('../core/private-files.js'),
    import('node:util'),
  ]);
  try {
    const path = join(await ensurePrivateDir(findFolders(env).stateDir, 'logs'), `${id}.log`);
    await writeFile(path, `${new Date().toISOString()} ${inspect(error)}\n`, { mode: 0o600, flag: 'wx' });
    return path;
  } catch {
    return null;
  }
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

// Whoever reads us may stop reading (`ces audit | head`); that is no failure of ours.
process.stdout.on('error', () => undefined);
process.exitCode = await run(process.argv.slice(2), process, process.env);
