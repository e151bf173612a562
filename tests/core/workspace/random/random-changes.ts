import { cpSync, rmSync } from 'node:fs';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Scan } from '../../../../src/core/delta/tree.js';
import { createFolder, fillRepository, git, type Start, start } from '../repository-fixture.js';
import { comparedGitData, type Expected, expectScan } from './oracle.js';
import { anySteps, type Step, takeStep } from './steps.js';

/** Takes random sequences of changes in real repositories and compares every look with the oracle's. */
export async function tryRandomChanges(options: { runs: number; seed?: number }): Promise<void> {
  const template = createFolder();
  const pristine = createFolder();
  try {
    fillRepository(template.path);
    git(pristine.path, 'clone', '-q', template.path, '.');
    const property = fc.asyncProperty(anySteps, (steps) => tryChanges(template.path, pristine.path, steps));
    await fc.assert(property, { numRuns: options.runs, seed: options.seed, endOnFailure: true });
  } finally {
    template.remove();
    pristine.remove();
  }
}

async function tryChanges(template: string, pristine: string, steps: readonly Step[]): Promise<void> {
  const folder = createFolder();
  try {
    cpSync(template, folder.path, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    const before = await start(folder.path);
    for (const step of steps) {
      takeStep(folder.path, step);
      expect(describeScan(await look(before, 'stat'))).toEqual(expectScan(folder.path, pristine));
    }
    expect(describeScan(await look(before, 'full'))).toEqual(expectScan(folder.path, pristine));
  } finally {
    rmSync(folder.path, { recursive: true, force: true });
  }
}

function look({ workspace, base, localIgnores }: Start, mode: 'stat' | 'full'): Promise<Scan> {
  return workspace.scan({ mode, base, localIgnores });
}

function describeScan({ candidate, residue, refusals }: Scan): Expected {
  const describe = ({ mode, sha256, path }: Scan['residue'][number] | Scan['candidate']['entries'][number]) =>
    `${mode} ${sha256} ${toLatin1(path)}`;
  const compared = residue.filter(({ path, class: group }) => group !== 'git' || comparedGitData.test(path));
  return {
    candidate: candidate.entries.map(describe).sort(),
    residue: compared.map(describe).sort(),
    refusals: refusals.map(({ reason, path }) => `${reason} ${toLatin1(path)}`).sort(),
  };
}

/** One character per byte; a lone surrogate U+DC80..U+DCFF stands for a byte that is not UTF-8. */
function toLatin1(path: string): string {
  const bytes = [...path].map((character) => {
    const code = character.codePointAt(0) ?? 0;
    return code >= 0xdc80 && code <= 0xdcff ? Buffer.from([code - 0xdc00]) : Buffer.from(character, 'utf8');
  });
  return Buffer.concat(bytes).toString('latin1');
}
