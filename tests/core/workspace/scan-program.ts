import { lookAgain, start } from './repository-fixture.js';

/** A process of its own that scans as whoever it runs as: once at the start, then twice more when it is told to. */
const root = process.argv[2] ?? '';
const before = await start(root);
process.send?.('started');
process.once('message', async () => {
  const looks = [];
  for (const mode of ['stat', 'full'] as const) looks.push(await lookAgain(before, mode));
  process.send?.({ before: { base: before.base, scan: before.scan }, looks });
  process.disconnect();
});
