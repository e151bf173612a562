import { expect, test, vi } from 'vitest';
import { Batches } from '../../../src/core/watcher/batches.js';
import type { WatcherMessage } from '../../../src/core/watcher/messages.js';

function addEvents(batches: Batches, count: number): void {
  for (let index = 0; index < count; index += 1)
    batches.add({ path: `f${index}`, kind: 'created', type: 'file', at: '2026-01-01T00:00:00.000Z' });
}

test('a few events are sent together a moment later', async () => {
  const sent: WatcherMessage[] = [];
  addEvents(new Batches((message) => sent.push(message)), 3);
  expect(sent).toEqual([]);
  await vi.waitFor(() => expect(sent).toMatchObject([{ type: 'events', sequence: 1 }]));
});

test('events that nobody acknowledges wait, are dropped beyond a limit, and the gap closes when all are taken', () => {
  const sent: WatcherMessage[] = [];
  const batches = new Batches((message) => sent.push(message));
  addEvents(batches, 20_000);
  expect(sent).toHaveLength(40);
  addEvents(batches, 100_000);
  expect(sent).toHaveLength(40);
  addEvents(batches, 5);
  expect(sent.slice(40)).toMatchObject([{ type: 'gap', kind: 'overflow', open: true }]);
  for (let sequence = 40; sequence <= 240; sequence += 40) batches.acknowledge(sequence);
  const received = sent.flatMap((message) => (message.type === 'events' ? message.events : []));
  expect(received).toHaveLength(120_000);
  expect(sent.at(-1)).toMatchObject({ type: 'gap', kind: 'overflow', open: false });
});

test('at the end everything is sent, acknowledged or not', () => {
  const sent: WatcherMessage[] = [];
  const batches = new Batches((message) => sent.push(message));
  addEvents(batches, 25_001);
  batches.flush();
  expect(sent.flatMap((message) => (message.type === 'events' ? message.events : []))).toHaveLength(25_001);
});
