// Appends entries to a ledger as any process of CES does: DATABASE NAME COUNT. Waits for a line on stdin, so that many begin
// at once.
import { once } from 'node:events';
import { openStore } from '../../src/core/store/store.js';

const [database = '', name = '', count = '0'] = process.argv.slice(2);
const store = openStore(database, 'update');
process.stdout.write('ready\n');
await once(process.stdin, 'data');
for (let index = 0; index < Number(count); index += 1) {
  const at = new Date().toISOString();
  store.transact((tx) =>
    tx.append(
      {
        type: 'attempt.refused',
        principal: 'agent',
        channel: 'mcp',
        session: name,
        summary: `${name} ${index}`,
        body: {},
      },
      at,
    ),
  );
}
store.close();
process.exit(0);
