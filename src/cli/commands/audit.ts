import { showLine } from '../../core/approval/display.js';
import { CesError } from '../../core/errors.js';
import { ENTRY_TYPES, type EntryType } from '../../core/ledger/entry.js';
import { listEntries } from '../../core/operations/audit.js';
import { type Cli, type ExitCode, withProject } from '../cli.js';

/** `ces audit`: entries of the ledger, oldest first. */
export async function run(cli: Cli, options: { limit?: number; since?: string; type?: string }): Promise<ExitCode> {
  const { limit, since, type } = options;
  const filter = {
    ...(limit === undefined ? {} : { limit }),
    ...(since === undefined ? {} : { since: parseTime(since) }),
    ...(type === undefined ? {} : { type: parseType(type) }),
  };
  const entries = await withProject(cli, 'read', async (ctx) => listEntries(ctx, filter));
  const { colors } = cli.out;
  cli.out.answer({ entries }, () =>
    entries.length === 0
      ? 'No entry fits.'
      : entries
          .map(
            (entry) =>
              `${String(entry.sequence).padStart(5)}  ${entry.at}  ${entry.principal}/${entry.channel}  ${colors.bold(entry.type)}  ${showLine(entry.summary, 300)}`,
          )
          .join('\n'),
  );
  return 0;
}

function parseTime(text: string): string {
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new CesError(
    'usage',
    `--since ${JSON.stringify(text)} is no time.`,
    'Give a date or a time, such as 2026-01-31 or 2026-01-31T12:00Z.',
  );
}

function parseType(text: string): EntryType {
  const type = ENTRY_TYPES.find((known) => known === text);
  if (type !== undefined) return type;
  throw new CesError(
    'usage',
    `--type ${JSON.stringify(text)} is no type of entry.`,
    `Give one of: ${ENTRY_TYPES.join(', ')}.`,
  );
}
