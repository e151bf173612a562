import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import type { TimelineEvent } from '../../../src/core/delta/timeline.js';
import { openStore } from '../../../src/core/store/store.js';
import type { Store } from '../../../src/core/store-port.js';
import { makeFolder, removeFolders } from './rig.js';

let store: Store;
beforeEach(() => {
  store = openStore(join(makeFolder(), 'state.db'), 'write');
});
afterEach(() => store.close());
afterAll(removeFolders);

const time = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const event = (path: string, second: number): TimelineEvent => ({
  path,
  kind: 'modified',
  type: 'file',
  at: time(second),
});
const add = (...events: TimelineEvent[]) => store.transact((tx) => tx.addEvents('S-1', events));
const call = (second: number) =>
  store.transact((tx) => tx.addCall('S-1', { id: `call-${second}`, name: 'ces_status', at: time(second) }));
const kept = () => store.read.events('').map(({ path, at }) => [path, (Date.parse(at) - Date.parse(time(0))) / 1000]);

test('of a path’s events between two calls the first and the last are kept', () => {
  add(...[1, 2, 3, 4].map((second) => event('a', second)), event('b', 2));
  call(5);
  add(event('a', 6), event('a', 7), event('a', 8));
  expect(kept()).toEqual([
    ['a', 1],
    ['b', 2],
    ['a', 4],
    ['a', 6],
    ['a', 8],
  ]);
});

test('what was before the newest work is forgotten, but for the call before it; the ledger keeps every entry', () => {
  for (const second of [1, 3, 5, 7]) call(second);
  add(event('a', 2), event('a', 6));
  const gap = { kind: 'killed' as const, from: time(1), to: time(2), detail: '' };
  store.transact((tx) => {
    tx.saveGap('S-1', gap);
    tx.saveGap('S-1', { ...gap, from: time(2), to: time(6) });
    tx.saveGap('S-1', { ...gap, from: time(3), to: null });
    const about = { principal: 'ces' as const, channel: 'server' as const, session: null, summary: '', body: {} };
    tx.append({ type: 'watch.gap', ...about }, time(1));
  });
  const head = store.read.head();
  expect(store.transact((tx) => tx.forgetTimeline({ before: time(5), maxEvents: 10 }))).toEqual([]);
  expect(kept()).toEqual([['a', 6]]);
  expect(store.read.calls('').map(({ id }) => id)).toEqual(['call-3', 'call-5', 'call-7']);
  expect(store.read.sessionGaps().map((entry) => entry.gap.from)).toEqual([time(2), time(3)]);
  expect(store.read.head()).toEqual(head);
});

test('where there are too many events the oldest go, and whose they were is told', () => {
  add(...Array.from({ length: 101 }, (_, index) => event(`f${index}`, index)));
  const forgotten = store.transact((tx) => tx.forgetTimeline({ before: '', maxEvents: 100 }));
  expect(forgotten).toEqual([{ session: 'S-1', from: time(0), to: time(10) }]);
  expect(kept()).toHaveLength(90);
  expect(store.transact((tx) => tx.forgetTimeline({ before: '', maxEvents: 100 }))).toEqual([]);
});
