import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { version } from '../core/version.js';
import type { Cli, ExitCode } from './cli.js';

export interface Globals {
  readonly json?: boolean;
  readonly projectRoot?: string;
  readonly color: boolean;
}

export interface ProgramOptions {
  /** Called once it is known what to run. */
  readonly createCli: (globals: Globals) => Cli;
  readonly finish: (code: ExitCode) => void;
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
}

/** Every command on one screen; each loads what it needs when it is run. */
export function createProgram(options: ProgramOptions): Command {
  const program = new Command('ces');
  const runs =
    <A extends unknown[]>(load: () => Promise<{ run(cli: Cli, ...args: A): Promise<ExitCode> }>) =>
    async (...args: A): Promise<void> => {
      const { run } = await load();
      options.finish(await run(options.createCli(program.opts<Globals>()), ...args));
    };

  program
    .description('Governs AI coding agents: bounded work, measured changes, checks it runs itself, your signature.')
    .version(version, '--version', 'print the version')
    .option('--json', 'answer with one JSON object')
    .option('--project-root <dir>', 'the project to act on (default: the one around this folder)')
    .option('--no-color', 'no colours (also: NO_COLOR=1)')
    .helpOption('--help', 'show help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: options.writeOut, writeErr: options.writeErr })
    .addHelpText('after', `\nMore commands: ces help all\n${examples('ces init', 'ces status', 'ces approve')}`);

  program.commandsGroup('Start');
  program
    .command('init')
    .argument('[name]')
    .description('govern this folder: make .ces/ and register it')
    .addHelpText('after', examples('ces init', 'ces init "Billing service"'))
    .action(runs(() => import('./commands/init.js')));
  const key = program.command('key').helpCommand(false).description('make or show the key that you approve with');
  key
    .command('create')
    .description('make a key with a passphrase, and trust it on this machine')
    .option('--no-passphrase', 'insist on a key that any program of yours can use; flagged everywhere')
    .addHelpText('after', examples('ces key create'))
    .action(runs(() => import('./commands/key-create.js')));
  key
    .command('show')
    .description('show the key, and whether it is fit to approve')
    .addHelpText('after', examples('ces key show', 'ces key show --json'))
    .action(runs(() => import('./commands/key-show.js')));
  program
    .command('demo')
    .description('watch the whole loop on a throwaway project')
    .option('--keep', 'leave the project there to look at')
    .addHelpText('after', examples('ces demo', 'ces demo --keep'))
    .action(runs(() => import('./commands/demo.js')));

  program.commandsGroup('Work');
  program
    .command('manifest')
    .argument('<request>')
    .description('draft bounded work for the agent')
    .option('--scope <glob>', 'paths it may change (repeatable)', collect)
    .option('--deny <glob>', 'paths it may not change (repeatable)', collect)
    .option('--acceptance <text>', 'what counts as done (repeatable)', collect)
    .option('--must-not-break <text>', 'what has to go on working (repeatable)', collect)
    .option('--check <id>', 'a check that has to pass (repeatable)', collect)
    .addOption(
      new Option('--tier <tier>', 'risk tier; a lower one than CES sees needs your signature').choices(['A', 'B', 'C']),
    )
    .option('--yes', 'record it without asking')
    .addHelpText(
      'after',
      examples('ces manifest "Add a health endpoint" --scope "src/health/**" --acceptance "GET /health answers 200"'),
    )
    .action(runs(() => import('./commands/manifest.js')));
  program
    .command('verify')
    .description('run the checks on a clean copy of the files as they are now')
    .option('--last', 'show the last run instead')
    .addHelpText('after', examples('ces verify', 'ces verify --last --json'))
    .action(runs(() => import('./commands/verify.js')));

  program.commandsGroup('Look');
  program
    .command('status')
    .description('where the work stands, judged now')
    .addHelpText('after', examples('ces status', 'ces status --json'))
    .action(runs(() => import('./commands/status.js')));
  program
    .command('why')
    .description('the one thing it waits for, and the command that helps')
    .addHelpText('after', examples('ces why'))
    .action(runs(() => import('./commands/why.js')));
  program
    .command('explain')
    .argument('[id]', 'a manifest (default: the newest)')
    .description('what was asked, done, checked and decided')
    .addOption(
      new Option('--view <view>', 'what to show')
        .choices(['overview', 'decisioning', 'brownfield'])
        .default('overview'),
    )
    .addHelpText('after', examples('ces explain', 'ces explain --view decisioning'))
    .action(runs(() => import('./commands/explain.js')));
  const audit = program
    .command('audit')
    .helpCommand(false)
    .description('read the ledger; "audit verify" checks it')
    .option('--limit <n>', 'the newest so many (default: 20)', parseCount)
    .option('--since <time>', 'entries at or after, such as 2026-01-31 or 2026-01-31T12:00Z')
    .option('--type <type>', 'entries of one type, such as decision.signed')
    .addHelpText('after', examples('ces audit --limit 50', 'ces audit --type decision.signed', 'ces audit verify'))
    .action(runs(() => import('./commands/audit.js')));
  audit
    .command('verify')
    .description('check every entry, row and head against the others')
    .addHelpText('after', examples('ces audit verify', 'ces audit verify --json'))
    .action(runs(() => import('./commands/audit-verify.js')));

  program.commandsGroup('Decide');
  program
    .command('approve')
    .argument('[id]', 'what to approve (default: what waits)')
    .description('look at what waits, and sign it')
    .option('--waive <finding>', 'accept a finding (repeatable, each with its --reason)', collect)
    .option('--reason <text>', 'why a finding is waived', collect)
    .option('--recorded-run', 'believe the recorded run of the checks instead of running them again')
    .option('--yes', 'do not ask; the signature is still yours to give')
    .addHelpText(
      'after',
      examples(
        'ces approve',
        'ces approve M-0123456789ab',
        'ces approve --waive F-0123456789ab --reason "known, see #12"',
      ),
    )
    .action(runs(() => import('./commands/approve.js')));
  program
    .command('reject')
    .argument('[id]', 'what to reject (default: what waits)')
    .description('say no; the agent is told why')
    .requiredOption('--reason <text>', 'what the agent is told')
    .option('--cancel', 'end the manifest for good')
    .addHelpText(
      'after',
      examples('ces reject --reason "Keep the old field name"', 'ces reject --cancel --reason "Not needed"'),
    )
    .action(runs(() => import('./commands/reject.js')));

  program.commandsGroup('More');
  program
    .command('serve', { hidden: true })
    .description('the MCP server, over stdio; MCP clients start it')
    .addHelpText('after', examples('claude mcp add ces -- ces serve', 'codex mcp add ces -- ces serve'))
    .action(runs(() => import('./commands/serve.js')));
  program
    .command('uninstall', { hidden: true })
    .description('take CES out of this project')
    .option('--all', 'remove .ces/ and everything that CES keeps about this project')
    .option('--yes', 'do not ask; it takes a terminal all the same')
    .addHelpText('after', examples('ces uninstall --all'))
    .action(runs(() => import('./commands/uninstall.js')));
  program
    .command('help', { hidden: true })
    .argument('[command...]', 'a command, or "all"')
    .description('show help')
    .addHelpText('after', examples('ces help approve', 'ces help all'))
    .action((names: string[]) => {
      showHelp(program, names);
      options.finish(0);
    });
  return program;
}

function showHelp(program: Command, names: readonly string[]): void {
  if (names.length === 1 && names[0] === 'all') {
    program.configureHelp({ visibleCommands: (command) => [...command.commands] }).outputHelp();
    return;
  }
  let command = program;
  for (const name of names) {
    const next = command.commands.find((candidate) => candidate.name() === name);
    if (next === undefined)
      throw new CommanderError(2, 'ces.noSuchCommand', `There is no command ${JSON.stringify(name)} to explain.`);
    command = next;
  }
  command.outputHelp();
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function parseCount(value: string): number {
  const count = Number(value);
  if (Number.isInteger(count) && count >= 1 && count <= 1_000_000) return count;
  throw new InvalidArgumentError('It must be a whole number from 1 to 1000000.');
}
