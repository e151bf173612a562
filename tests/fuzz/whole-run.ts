import { expect } from 'vitest';
import type { FuzzReport } from './fuzz-tools.js';

/** A run that looked at enough: every tool, half of its inputs valid, every state that a call can meet, and no bug in the log. */
export function expectWholeRun({ counts, reached, log }: FuzzReport, callsPerTool: number): void {
  for (const [tool, { calls, valid }] of counts) {
    expect(calls, tool).toBeGreaterThanOrEqual(callsPerTool);
    expect(valid / calls, tool).toBeGreaterThan(0.5);
  }
  expect(counts.size).toBe(6);
  expect([...reached].sort()).toEqual([
    'approved',
    'authorized',
    'blocked',
    'cancelled',
    'in_progress',
    'none',
    'proposed',
    'rejected',
    'under_review',
  ]);
  expect(log).toEqual([]);
}
