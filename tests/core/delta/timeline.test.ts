import { expect, test } from 'vitest';
import { type Gap, isWatched, joinTimeline, type TimelineEvent } from '../../../src/core/delta/timeline.js';

const time = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const event = (path: string, second: number): TimelineEvent => ({
  path,
  kind: 'modified',
  type: 'file',
  at: time(second),
});
const call = (id: string, second: number) => ({ id, name: 'ces_verify', at: time(second) });
const gap: Gap = { kind: 'killed', from: time(1), to: null, detail: 'signal SIGKILL' };

test('a change lies between the last call at or before its last event and the first call after it', () => {
  const [joined] = joinTimeline({
    changes: [{ path: 'a' }],
    events: [event('a', 25), event('b', 50), event('a', 15)],
    calls: [call('3', 30), call('1', 10), call('2', 20)],
    gaps: [{ ...gap, to: time(2) }],
  });
  expect(joined).toEqual({
    seen: true,
    path: 'a',
    first: time(15),
    last: time(25),
    between: { before: call('2', 20), after: call('3', 30) },
  });
});

test.each([
  ['before every call', 5, null, '1'],
  ['at the moment of a call', 10, '1', '2'],
  ['after every call', 30, '2', null],
])('an event %s is placed', (_title, second, before, after) => {
  const [joined] = joinTimeline({
    changes: [{ path: 'a' }],
    events: [event('a', second)],
    calls: [call('1', 10), call('2', 20)],
    gaps: [],
  });
  if (!joined?.seen) throw new Error('not seen');
  expect([joined.between.before?.id ?? null, joined.between.after?.id ?? null]).toEqual([before, after]);
});

test('an event that was seen late lies after the last call before which it had not happened', () => {
  const late = { ...event('a', 25), since: time(12) };
  const calls = [call('1', 10), call('2', 20), call('3', 30)];
  const [joined] = joinTimeline({ changes: [{ path: 'a' }], events: [event('a', 5), late], calls, gaps: [] });
  expect(joined).toMatchObject({ first: time(5), between: { before: call('1', 10), after: call('3', 30) } });
});

test('a gap after the last event may hide another one, and is told; what is not recorded yet is no reason to doubt', () => {
  const gaps = [gap, { ...gap, from: time(30) }, { ...gap, to: time(20) }, { ...gap, kind: 'unrecorded' as const }];
  const [joined] = joinTimeline({ changes: [{ path: 'a' }], events: [event('a', 25)], calls: [], gaps });
  expect(joined).toMatchObject({ seen: true, gaps: [gap, { ...gap, from: time(30) }] });
});

test('a change without an event is unseen, with the gaps that could explain it', () => {
  const input = { changes: [{ path: 'a' }], events: [event('b', 1)], calls: [], gaps: [gap] };
  expect(joinTimeline(input)).toEqual([{ seen: false, path: 'a', reason: 'unseen', gaps: [gap] }]);
});

test('a change where the watcher does not look is said to be left out', () => {
  const path = 'node_modules/p/index.js';
  const input = { changes: [{ path }], events: [], calls: [], gaps: [gap] };
  expect(joinTimeline(input)).toEqual([{ seen: false, path, reason: 'left_out', gaps: [] }]);
});

test.each([
  'src/a.ts',
  '.',
  '.git',
  '.git/HEAD',
  '.git/index',
  '.git/config',
  '.git/hooks/a/b',
  '.git/info/exclude',
  '.git/refs/heads/a/b',
  '.git/modules/m/config',
  'nested/.git/hooks/x',
  '.venv/x',
  '.venv/bin/python',
  'a/node_modules/p',
  '.ces/policy.yaml',
  '.ces/allowed_signers',
  'lib/.ces/state.db',
  'node_modules_of_mine/a/b/c',
  'yarn.lock',
])('%s is watched', (path) => {
  expect(isWatched(path)).toBe(true);
});

test.each([
  '.git/objects',
  '.git/objects/ab/cd',
  '.git/logs/HEAD',
  '.git/index.lock',
  '.git/refs/heads/a.lock',
  '.git/COMMIT_EDITMSG',
  '.git/modules/m/objects/ab',
  'nested/.git/objects/x',
  '.venv/lib/python3/x',
  'a/node_modules/p/x',
  '.ces/state.db',
  '.ces/state.db-wal',
  '.ces/artifacts/x',
])('%s is left out', (path) => {
  expect(isWatched(path)).toBe(false);
});
