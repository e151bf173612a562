import { describe, expect, it } from 'vitest';
import type { CrashPoint } from '../support/crash-agent.js';
import { type CrashedLoop, runCrashedLoop } from '../support/crash-loop.js';
import { createCrashRig } from '../support/crash-rig.js';
import { pollUntil } from '../support/deadline.js';
import { startMcp } from '../support/mcp-client.js';

const everything = process.env.CES_CRASH_POINTS === 'all';

describe('a server that is killed in the middle of the loop', () => {
  it('loses nothing that it acknowledged, and another server finishes the loop', { timeout: 1_800_000 }, async () => {
    const whole = await runCrashedLoop(null);
    expect(problemsOf(whole)).toEqual([]);
    expect(whole.places.length).toBeGreaterThan(40);
    const points = whole.places.flatMap((place, index) => pointsOf(place, index + 1));
    const chosen = everything ? points : [...pick(points, 5), tornWitness(whole)];
    const problems: string[] = [];
    let reached = 0;
    await inPairs(chosen, async (point) => {
      try {
        const loop = await runCrashedLoop(point);
        reached += loop.places.length;
        for (const problem of problemsOf(loop)) problems.push(`${describePoint(point, loop.places)}: ${problem}`);
      } catch (error) {
        problems.push(`${describePoint(point, whole.places.slice(point.at - 1))}: ${String(error)}`);
      }
    });
    expect(problems).toEqual([]);
    expect(reached).toBeGreaterThan(0);
  });
});

describe('a server that is killed while a check runs', () => {
  it('leaves neither the check nor its copy, and the manifest waits for no run', async () => {
    const rig = await createCrashRig(['sleep', '300']);
    try {
      const first = await startMcp(rig.root, rig.env);
      const { structured: manifest } = await first.call('ces_manifest', { objective: 'Say hello', scope: ['src/**'] });
      const { structured: run } = await first.call('ces_verify', { wait_seconds: 0 });
      expect(run.verdict).toBe('running');
      await pollUntil(() => rig.temporaries().some((name) => name.startsWith('ces-check-')), {
        message: 'the check has started',
      });
      await first.kill('SIGKILL');
      const second = await startMcp(rig.root, rig.env);
      const { structured: status } = await second.call('ces_status');
      expect(status).toMatchObject({ manifest_id: manifest.manifest_id, state: 'in_progress' });
      const { text } = await second.call('ces_verify', { run_id: run.run_id });
      expect(text).toMatch(/^not_found: Run V-\w+ was cut off/);
      await second.close();
      await pollUntil(() => rig.temporaries().length === 0 && rig.processes().length === 0, {
        message: 'nothing is left behind',
      });
      expect(await rig.audit()).toMatchObject({ ok: true });
    } finally {
      rig.dispose();
    }
  });
});

function problemsOf(loop: CrashedLoop): string[] {
  const entries: { type: string; body: Record<string, unknown> }[] = loop.ledger.map((bytes) => JSON.parse(bytes));
  const problems: string[] = [];
  for (const audit of loop.audits) {
    if (typeof audit !== 'object' || audit === null || !('ok' in audit) || audit.ok !== true)
      problems.push(`the ledger does not verify: ${JSON.stringify(audit)}`);
  }
  for (const id of loop.acknowledged) {
    if (!loop.ledger.some((bytes) => bytes.includes(id))) problems.push(`${id} was acknowledged, and is gone`);
  }
  if (loop.accepted !== true) problems.push('the claim was not accepted in the end');
  if (loop.retriesLeft !== 2) problems.push(`one refused claim left ${String(loop.retriesLeft)} of 3 retries`);
  const started = entries.filter(({ type }) => type === 'session.started').map(({ body }) => body.session_id);
  const ended = entries.filter(({ type }) => type === 'session.ended').map(({ body }) => body.session_id);
  if (started.toSorted().join() !== ended.toSorted().join()) problems.push('sessions and their ends do not match');
  const settled = entries.filter(({ type }) => type === 'run.finished' || type === 'session.ended');
  for (const { body } of entries.filter(({ type }) => type === 'run.started')) {
    if (!settled.some((entry) => JSON.stringify(entry.body).includes(String(body.run_id))))
      problems.push(`run ${String(body.run_id)} never ended`);
  }
  return problems;
}

function pointsOf(place: string, at: number): CrashPoint[] {
  const points: CrashPoint[] = [
    { at, when: 'before' },
    { at, when: 'after' },
  ];
  return place.startsWith('write ') ? [...points, { at, when: 'torn' }] : points;
}

/** The first claim is judged, refused and committed; its head and its answer are lost. */
function tornWitness({ places }: CrashedLoop): CrashPoint {
  return { at: places.findIndex((place) => /^write .*witness/.test(place)) + 1, when: 'torn' };
}

function pick<T>(items: readonly T[], count: number): T[] {
  return items.filter(
    (_, index) => Math.floor((index * count) / items.length) !== Math.floor(((index - 1) * count) / items.length),
  );
}

async function inPairs<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const take = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all([take(), take()]);
}

function describePoint({ at, when }: CrashPoint, places: readonly string[]): string {
  return `${when} ${at} (${places[0] ?? 'not reached'})`;
}
