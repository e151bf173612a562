import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyChain } from '../../src/core/ledger/chain.js';
import { openStore } from '../../src/core/store/store.js';
import type { Store } from '../../src/core/store-port.js';
import { compare, time } from '../measure.js';
import type { Effort } from '../run.js';
import type { Row } from '../table.js';

const BATCH = 10_000;

/** Durable appends to a short and a long ledger, and the check of the long one beside hashing as many bytes. */
export async function benchLedger({ quick, entries }: Effort): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ces-bench-ledger-'));
  const short = openStore(join(folder, 'short.db'), 'write');
  const long = openStore(join(folder, 'long.db'), 'write');
  try {
    fill(short, 10);
    fill(long, entries);
    const appends = { short: () => time(() => fill(short, 1)), long: () => time(() => fill(long, 1)) };
    await compare(50, appends);
    const append = await compare(quick ? 50 : 500, appends);
    const messages = [...long.read.ledgerRows()].map((row) => Buffer.from(row.bytes, 'utf8'));
    const verify = await compare(quick ? 1 : 5, {
      chain: () => time(() => refuseBroken(long)),
      raw: () => time(() => hashAll(messages)),
    });
    const count = entries.toLocaleString('en');
    return [
      {
        work: `ledger append, durable, at ${count} entries`,
        unit: 'ms',
        ours: append.long,
        peer: { name: 'the same at 10 entries', value: append.short },
        goal: { ratio: 1.2 },
      },
      {
        work: `ledger verification, ${count} entries`,
        unit: 'ms',
        ours: verify.chain,
        peer: { name: 'sha256 of as many messages', value: verify.raw },
        goal: { ratio: 2.5 },
      },
    ];
  } finally {
    short.close();
    long.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Appends so many entries, as large as the ones of real work. */
export function fill(store: Store, count: number): void {
  for (let left = count; left > 0; left -= BATCH) {
    store.transact((tx) => {
      for (let index = 0; index < Math.min(left, BATCH); index += 1)
        tx.append(
          {
            type: 'evidence.submitted',
            principal: 'agent',
            channel: 'mcp',
            session: 'S-0123456789ab',
            summary: 'E-0123456789ab for AC-1 (file)',
            body: {
              manifest_id: 'M-0123456789ab',
              record: { kind: 'evidence', id: 'E-0123456789ab', digest: `sha256:${'0'.repeat(64)}` },
              candidate_tree: `sha256:${'1'.repeat(64)}`,
            },
          },
          new Date().toISOString(),
        );
    });
  }
}

function refuseBroken(store: Store): void {
  const verdict = verifyChain(store.read.ledgerRows(), []);
  if (!verdict.ok) throw new Error(`The ledger does not verify: ${JSON.stringify(verdict.firstBad)}`);
}

function hashAll(messages: readonly Buffer[]): void {
  for (const message of messages) createHash('sha256').update(message).digest('hex');
}
