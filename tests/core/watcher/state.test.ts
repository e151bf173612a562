import { expect, test } from 'vitest';
import { gapOf, nextState, type WatcherSignal, type WatcherState } from '../../../src/core/watcher/state.js';

const signals: readonly WatcherSignal[] = ['ready', 'beat', 'silent', 'exit', 'retry', 'gave_up', 'stop'];
const table: Record<WatcherState, readonly WatcherState[]> = {
  starting: ['watching', 'starting', 'starting', 'restarting', 'starting', 'starting', 'stopped'],
  watching: ['watching', 'watching', 'suspended', 'restarting', 'watching', 'watching', 'stopped'],
  suspended: ['watching', 'watching', 'suspended', 'restarting', 'suspended', 'suspended', 'stopped'],
  restarting: ['restarting', 'restarting', 'restarting', 'restarting', 'starting', 'failed', 'stopped'],
  stopped: ['stopped', 'stopped', 'stopped', 'stopped', 'stopped', 'stopped', 'stopped'],
  failed: ['failed', 'failed', 'failed', 'failed', 'failed', 'failed', 'failed'],
};
const states = ['starting', 'watching', 'suspended', 'restarting', 'stopped', 'failed'] as const;

test.each(states)('%s answers every signal as the diagram says', (state) => {
  expect(signals.map((signal) => nextState(state, signal))).toEqual(table[state]);
});

test('every state in which nothing is seen is a gap; a restart goes on with the gap of the death', () => {
  expect(states.map(gapOf)).toEqual([null, null, 'suspended', 'killed', 'stopped', 'killed']);
});
