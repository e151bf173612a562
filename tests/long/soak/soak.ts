import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { projectRoot } from '../../support/built.js';
import { createGovernedProject, placeOperatorKey } from '../../support/governed-project.js';
import type { TestKey } from '../../support/keys.js';
import { createTempRepo } from '../../support/temp-repo.js';
import { judgeSamples, type Sample, takeSample } from './samples.js';
import { restart, type Soak, startClient, useOnce } from './use.js';

const PAUSE_MS = 20;
/** The second client is ended and started anew about so often; the first lives through it all, and is what is measured. */
const RESTART_CHANCE = 0.02;

const print = (line: string): boolean => process.stdout.write(`${line}\n`);
const minutes = readNumber('--minutes', 60);
const seed = readNumber('--seed', Math.floor(Math.random() * 2 ** 31));
print(`soak: ${minutes} minutes, seed ${seed}`);
process.exitCode = (await run(minutes * 60_000)) ? 0 : 1;

/** Random use of one project by two agents and an operator, for so long. True when nothing grew and the ledger verifies. */
async function run(durationMs: number): Promise<boolean> {
  let key: TestKey | undefined;
  const project = await createGovernedProject({
    repo: createTempRepo({
      'README.md': '# A project\n',
      'src/a.js': 'export const a = 1;\n',
      'src/b.js': 'export const b = 2;\n',
      'docs/notes.md': 'notes\n',
    }),
    beforeInit: async (made) => {
      key = await placeOperatorKey(made);
    },
  });
  try {
    if (key === undefined) throw new Error('there is no key');
    const temp = join(project.home.folder, 'tmp');
    mkdirSync(temp);
    const soak: Soak = {
      project,
      key,
      env: { ...project.home.env, TMPDIR: temp },
      done: new Map(),
      killedAt: performance.now(),
      random: createRandom(seed),
    };
    const samples = await useFor(soak, temp, durationMs);
    const audit = await project.ask('audit', 'verify');
    const drifts = judgeSamples(samples);
    for (const { what, first, last, bound, flat } of drifts)
      print(`${flat ? 'flat' : 'GREW'}: ${what} ${first} -> ${last} (may grow by ${bound})`);
    print(`done: ${[...soak.done].map(([name, count]) => `${name} ${count}`).join(', ')}`);
    print(
      `ledger: ${audit.json.ok === true ? 'verifies' : `DOES NOT VERIFY ${JSON.stringify(audit.json)}`}, ${String(audit.json.entries)} entries`,
    );
    const results = [...drifts.map(({ flat }) => flat), audit.json.ok === true];
    report(results);
    return results.every((good) => good);
  } finally {
    await project.dispose();
  }
}

async function useFor(soak: Soak, temp: string, durationMs: number): Promise<readonly Sample[]> {
  const startedAt = performance.now();
  const everyMs = Math.min(60_000, durationMs / 12);
  const [first, second] = await Promise.all([startClient(soak), startClient(soak)]);
  const samples: Sample[] = [];
  const isOver = (): boolean => performance.now() - startedAt >= durationMs;
  const work = async (client: typeof first, restarts: boolean): Promise<void> => {
    while (!isOver()) {
      if (restarts && soak.random() < RESTART_CHANCE) await restart(soak, client);
      await useOnce(soak, client);
      await wait(PAUSE_MS);
    }
  };
  const watch = async (): Promise<void> => {
    while (!isOver()) {
      await wait(Math.min(everyMs, Math.max(0, durationMs - (performance.now() - startedAt))));
      const sample = takeSample(first.session.pid, temp, startedAt);
      samples.push(sample);
      print(
        `${Math.round(sample.atMs / 1000)} s: ${sample.rssMb} MB, ${sample.handles ?? '-'} handles, ${sample.processes} processes, ${sample.temporaries} temporary files`,
      );
    }
  };
  try {
    await Promise.all([work(first, false), work(second, true), watch()]);
  } finally {
    await Promise.allSettled([first.session.close(), second.session.close()]);
  }
  return samples;
}

/** Read by the summary of continuous integration, in the shape of vitest's report. */
function report(results: readonly boolean[]): void {
  const folder = join(projectRoot, '.cache', 'test-results');
  mkdirSync(folder, { recursive: true });
  const numFailedTests = results.filter((good) => !good).length;
  writeFileSync(
    join(folder, 'soak.json'),
    JSON.stringify({ numPassedTests: results.length - numFailedTests, numFailedTests }),
  );
}

function readNumber(flag: string, otherwise: number): number {
  const at = process.argv.indexOf(flag);
  const value = at < 0 ? otherwise : Number(process.argv[at + 1]);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`${flag} needs a number above 0`);
}

/** mulberry32: the same numbers for the same seed. */
function createRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
