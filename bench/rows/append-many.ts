import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyChain } from '../../src/core/ledger/chain.js';
import { openStore } from '../../src/core/store/store.js';
import type { Effort } from '../run.js';
import type { Row } from '../table.js';
import { fill } from './ledger.js';

/** Many processes that append to one ledger at once: how many entries are missing, or do not follow each other. */
export async function benchAppendMany({ quick }: Effort): Promise<Row[]> {
  const processes = quick ? 5 : 50;
  const each = quick ? 20 : 200;
  const folder = mkdtempSync(join(tmpdir(), 'ces-bench-many-'));
  const database = join(folder, 'state.db');
  try {
    openStore(database, 'write').close();
    const ends = await Promise.allSettled(Array.from({ length: processes }, () => runChild(database, each)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    const store = openStore(database, 'read');
    const verdict = verifyChain(store.read.ledgerRows(), []);
    store.close();
    return [
      {
        work: `${processes} processes × ${each} appends: entries lost or out of order`,
        unit: '',
        ours: processes * each - verdict.entries + verdict.problems.length,
        peer: null,
        goal: { bound: 0 },
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What each of those processes does. */
export function appendAlone(database: string, count: number): void {
  const store = openStore(database, 'write');
  for (let index = 0; index < count; index += 1) fill(store, 1);
  store.close();
}

function runChild(database: string, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const argv = [process.argv[1] ?? '', '--append', database, String(count)];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`an appending process ended with ${code}`))));
  });
}
