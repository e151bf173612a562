import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect } from 'vitest';
import { type Step, steps } from './commands.js';
import { createFuzzTemplate, START_FILES } from './fuzz-project.js';
import { ProjectModel } from './model.js';
import { TOOL_NAMES } from './tool-inputs.js';
import type { Count, World } from './world.js';

const ROUND = 5;

export interface FuzzReport {
  readonly counts: ReadonlyMap<string, Count>;
  readonly reached: ReadonlySet<string>;
  /** Bytes on the heap after the first tenth, and at the end, both right after a collection. */
  readonly heapEarly: number;
  readonly heapLate: number;
  readonly log: readonly string[];
}

/** Makes sequences until every tool got so many inputs. Every answer is held against the model. */
export async function fuzzTools(callsPerTool: number, seed: number): Promise<FuzzReport> {
  const template = await createFuzzTemplate();
  const counts = new Map<string, Count>();
  const reached = new Set<string>();
  const collect = exposeGc();
  const fewest = (): number => Math.min(...TOOL_NAMES.map((name) => counts.get(name)?.calls ?? 0));
  let heapEarly = 0;
  try {
    for (let round = 0; fewest() < callsPerTool; round += 1) {
      await fc.assert(
        fc.asyncProperty(
          fc.commands([...steps], { maxCommands: 150, size: 'max' }),
          sequence(template, { counts, reached }),
        ),
        {
          numRuns: ROUND,
          seed: seed + round,
        },
      );
      if (heapEarly === 0 && fewest() >= callsPerTool / 10) heapEarly = collect();
    }
    return { counts, reached, heapEarly, heapLate: collect(), log: [...template.log] };
  } finally {
    template.dispose();
  }
}

type Template = Awaited<ReturnType<typeof createFuzzTemplate>>;

function sequence(template: Template, shared: Pick<World, 'counts' | 'reached'>) {
  return async (commands: Iterable<Step>): Promise<void> => {
    const project = await template.open();
    try {
      const world = { project, model: new ProjectModel(START_FILES), ...shared };
      await fc.asyncModelRun(() => ({ model: world, real: world }), commands);
      await project.settle();
      const verdict = await project.audit();
      expect(verdict.problems).toEqual([]);
      expect(verdict.findings).toEqual([]);
      expect(verdict.ok).toBe(true);
    } finally {
      await project.dispose();
    }
  };
}

/** Collects garbage twice and says how much is left. */
function exposeGc(): () => number {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  return () => {
    for (let turn = 0; turn < 2 && typeof gc === 'function'; turn += 1) gc();
    return process.memoryUsage().heapUsed;
  };
}
