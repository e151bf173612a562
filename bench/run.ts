// `npm run bench -- [--quick] [--only NAME] [--entries N] [--write]`: what CES costs, each figure beside its peer in this very
// run. Medians of interleaved rounds. A missed goal is printed, and is no failure.
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describeMachine } from './machine.js';
import { disposeShared } from './project.js';
import { appendAlone, benchAppendMany } from './rows/append-many.js';
import { benchCheckRun } from './rows/check-run.js';
import { benchCommands } from './rows/commands.js';
import { benchLedger } from './rows/ledger.js';
import { benchMemory } from './rows/memory.js';
import { benchScan } from './rows/scan.js';
import { benchServer } from './rows/server.js';
import { type Row, renderTable } from './table.js';

export interface Effort {
  /** Few rounds, small sizes: to see that it runs. */
  readonly quick: boolean;
  /** Entries of the long ledger. */
  readonly entries: number;
}

const GROUPS: Readonly<Record<string, (effort: Effort) => Promise<Row[]>>> = {
  commands: benchCommands,
  server: benchServer,
  ledger: benchLedger,
  'append-many': benchAppendMany,
  'check-run': benchCheckRun,
  scan: benchScan,
  memory: benchMemory,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    entries: { type: 'string' },
    write: { type: 'boolean', default: false },
    append: { type: 'string' },
  },
});

if (values.append !== undefined) appendAlone(values.append, Number(positionals[0]));
else await main();

async function main(): Promise<void> {
  const only = values.only ?? Object.keys(GROUPS);
  const unknown = only.find((name) => !(name in GROUPS));
  if (unknown !== undefined) throw new Error(`There is no ${unknown}; there are ${Object.keys(GROUPS).join(', ')}.`);
  const effort = { quick: values.quick, entries: Number(values.entries ?? (values.quick ? 2000 : 100_000)) };
  const rows: Row[] = [];
  try {
    for (const name of only) {
      process.stderr.write(`${name} …\n`);
      rows.push(...((await GROUPS[name]?.(effort)) ?? []));
    }
  } finally {
    disposeShared();
  }
  const text = `${describeMachine().join('\n')}\n\n${renderTable(rows)}\n`;
  process.stdout.write(text);
  if (!values.write) return;
  mkdirSync('docs', { recursive: true });
  writeFileSync('docs/benchmarks.md', `${PREFACE}\n${text}`);
}

const PREFACE = `# Benchmarks

Written by \`npm run bench -- --write\`. Each figure is the median of interleaved rounds on one machine, beside a peer measured
in the same run; ratios travel better than milliseconds. Nothing here is asserted by a test.
`;
