import { expect, test } from 'vitest';
import { findProjectGaps, type SessionWatch } from '../../../src/core/delta/project-gaps.js';
import type { Gap } from '../../../src/core/delta/timeline.js';

const time = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const gap = (kind: Gap['kind'], from: number, to: number | null): Gap => ({
  kind,
  from: time(from),
  to: to === null ? null : time(to),
  detail: kind,
});
const session = (startedAt: number, heartbeatAt: number, endedAt: number | null, gaps: Gap[]): SessionWatch => ({
  startedAt: time(startedAt),
  heartbeatAt: time(heartbeatAt),
  endedAt: endedAt === null ? null : time(endedAt),
  gaps,
});
const find = (sessions: SessionWatch[], since = 0, now = 1000) =>
  findProjectGaps(sessions, time(since), time(now)).map(({ kind, from, to }) => [
    kind,
    (Date.parse(from) - Date.parse(time(0))) / 1000,
    to === null ? null : (Date.parse(to) - Date.parse(time(0))) / 1000,
  ]);

test('without any session nobody watched', () => {
  expect(find([])).toEqual([['stopped', 0, null]]);
});

test('a session watches from its first look to its last sign of life, but for its gaps', () => {
  const alive = session(100, 998, null, [gap('starting', 100, 110), gap('killed', 500, 510)]);
  expect(find([alive])).toEqual([
    ['stopped', 0, 100],
    ['starting', 100, 110],
    ['killed', 500, 510],
  ]);
});

test('a gap of one session is none of the project while another one watches', () => {
  const dead = session(0, 999, null, [gap('killed', 200, null)]);
  const watching = session(300, 999, null, [gap('starting', 300, 310), gap('limit', 700, 750)]);
  expect(find([dead, watching])).toEqual([
    ['killed', 200, 310],
    ['starting', 300, 310],
    ['killed', 700, 750],
    ['limit', 700, 750],
  ]);
});

test('between a session that ended and the next nobody watched, however late the gap was closed', () => {
  const ended = session(0, 400, 400, [gap('stopped', 399, 605)]);
  const next = session(600, 999, null, [gap('starting', 600, 604)]);
  expect(find([ended, next])).toEqual([
    ['stopped', 399, 604],
    ['starting', 600, 604],
  ]);
});

test('a server that was killed is not believed for what it may not have recorded any more', () => {
  const cutOff = session(0, 400, 600, [gap('killed', 400, 604)]);
  const next = session(600, 999, null, [gap('starting', 600, 604)]);
  expect(find([cutOff, next])).toEqual([
    ['killed', 390, 400],
    ['killed', 400, 604],
    ['starting', 600, 604],
  ]);
});

test('a session that gives no sign of life and was ended by nobody watches no longer', () => {
  expect(find([session(0, 980, null, [])])).toEqual([['killed', 970, null]]);
  expect(find([session(0, 990, null, [])])).toEqual([]);
});

test('only what lies after the moment that is asked about is told', () => {
  const alive = session(0, 999, null, [gap('starting', 0, 10), gap('suspended', 40, 60), gap('killed', 70, 80)]);
  expect(find([alive], 50)).toEqual([
    ['suspended', 50, 60],
    ['killed', 70, 80],
  ]);
});
