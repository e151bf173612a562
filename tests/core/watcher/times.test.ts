import { lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { BurstMeter } from '../../../src/core/watcher/burst.js';
import { timesOf } from '../../../src/core/watcher/event-times.js';
import type { WatcherMessage } from '../../../src/core/watcher/messages.js';
import { Pulse } from '../../../src/core/watcher/pulse.js';
import { makeFolder, removeFolders, until } from './rig.js';

afterAll(removeFolders);

test('a file’s change time tells when a late notification’s change happened; without one the time stays open', () => {
  const path = join(makeFolder(), 'file');
  writeFileSync(path, '1');
  const stats = lstatSync(path);
  const at = (later: number) => new Date(Math.floor(stats.ctimeMs + later)).toISOString();
  const by = Math.floor(stats.ctimeMs) + 5000;
  const seen = { since: Math.floor(stats.ctimeMs) - 1000, by };
  expect(timesOf(seen, stats)).toEqual({ at: at(10), since: at(0) });
  const open = { at: new Date(by).toISOString(), since: new Date(seen.since).toISOString() };
  expect(timesOf(seen, null)).toEqual(open);
  expect(timesOf(seen, lstatSync(join(path, '..')))).toEqual(open);
  expect(timesOf({ ...seen, since: stats.ctimeMs + 100 }, stats)).toMatchObject({ at: open.at });
});

test('while the loop is blocked nothing is said to have arrived', async () => {
  const pulse = new Pulse();
  const started = pulse.arrivedUntil();
  await until('a first tick', () => pulse.arrivedUntil() > started);
  const known = pulse.arrivedUntil();
  const end = Date.now() + 300;
  while (Date.now() < end);
  expect(pulse.arrivedUntil()).toBe(known);
  await until('the next tick', () => pulse.arrivedUntil() >= end);
  pulse.stop();
});

test('a mark is soon known to have arrived', async () => {
  const pulse = new Pulse();
  const at = Date.now();
  setImmediate(() => pulse.mark());
  await new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));
  await until('the mark', () => pulse.arrivedUntil() >= at);
  pulse.stop();
});

test('a burst is a gap from the moment up to which everything had arrived', () => {
  const sent: WatcherMessage[] = [];
  const burst = new BurstMeter(2, (message) => sent.push(message));
  for (let count = 0; count < 4; count += 1) burst.count(10_000, 7000);
  burst.tick(11_500, 11_400);
  burst.tick(12_500, 12_400);
  expect(sent).toMatchObject([
    { kind: 'burst', open: true, at: new Date(7000).toISOString() },
    { kind: 'burst', open: false, at: new Date(12_500).toISOString() },
  ]);
});
