import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { callClaim, createWorld, expectLoopGoesOn, type World } from '../support/broken-world.js';
import { listOf, PASSPHRASE_PROMPT, placeOperatorKey, signOnTerminal, textOf } from '../support/governed-project.js';
import { PASSPHRASE } from '../support/keys.js';
import { readExports } from './loop-rig.js';

let world: World;
beforeAll(async () => {
  world = await createWorld(placeOperatorKey);
});
beforeEach(() => world.restore());
afterAll(() => world?.dispose());

const entriesOf = async (type: string) =>
  listOf((await world.project.ask('audit', '--type', type, '--limit', '100')).json, 'entries');
const isSound = async (): Promise<void> =>
  expect(await world.project.ask('audit', 'verify')).toMatchObject({ exitCode: 0, json: { ok: true } });

describe('claims that race', () => {
  test('five good ones at once: every answer says accepted or where it stands, and the work is accepted once', async () => {
    const sessions = await Promise.all(Array.from({ length: 5 }, () => world.project.connect()));
    const answers = await Promise.all(sessions.map((mcp) => callClaim(world, mcp)));
    for (const { structured } of answers)
      expect(structured).toMatchObject({ accepted: true, state: 'under_review', retries_left: 3 });
    for (const mcp of sessions) await mcp.close();
    const transitions = await entriesOf('manifest.transition');
    expect(transitions.filter(({ summary }) => String(summary).includes('→ under_review'))).toHaveLength(1);
    expect(await entriesOf('claim.judged')).toHaveLength(5);
    await isSound();
  });

  test('two different bad ones at once cost one retry each, and the ledger says the same', async () => {
    const sessions = await Promise.all([world.project.connect(), world.project.connect()]);
    const answers = await Promise.all(
      sessions.map((mcp, index) =>
        mcp.call('ces_completion_claim', { ...world.claim, files_changed: [`not-${index}.js`] }),
      ),
    );
    expect(answers.map(({ structured }) => structured.accepted)).toEqual([false, false]);
    expect(answers.map(({ structured }) => structured.retries_left).toSorted()).toEqual([1, 2]);
    for (const mcp of sessions) await mcp.close();
    expect(await world.project.ask('status')).toMatchObject({ json: { manifest: { retries_left: 1 } } });
    await isSound();
  });

  test('a good and a bad one at once: both are judged, and the last word is what status says', async () => {
    const sessions = await Promise.all([world.project.connect(), world.project.connect()]);
    const [good, bad] = await Promise.all(
      sessions.map((mcp, index) =>
        mcp.call('ces_completion_claim', index === 0 ? { ...world.claim } : { ...world.claim, files_changed: [] }),
      ),
    );
    expect(good?.structured).toMatchObject({ accepted: true });
    expect(bad?.structured).toMatchObject({ accepted: false, retries_left: 2 });
    for (const mcp of sessions) await mcp.close();
    const [last] = (await entriesOf('claim.judged')).slice(-1);
    const state = String(last?.summary).includes('accepted') ? 'under_review' : 'in_progress';
    expect(await world.project.ask('status')).toMatchObject({ json: { manifest: { state, retries_left: 2 } } });
    await isSound();
  });
});

describe('two ces_manifest at once', () => {
  test('by the agent and by the operator: one manifest, and the loser is told which', async () => {
    expect(await world.project.ask('reject', '--cancel', '--reason', 'anew')).toMatchObject({ exitCode: 0 });
    const mcp = await world.project.connect();
    const [agent, operator] = await Promise.all([
      mcp.call('ces_manifest', { objective: 'Say c', scope: ['src/**'] }),
      world.project.ask('manifest', 'Say d', '--scope', 'src/**', '--yes'),
    ]);
    await mcp.close();
    const status = await world.project.ask('status');
    const { manifest } = { manifest: null, ...status.json };
    const id = textOf(manifest, 'id');
    expect(JSON.stringify([agent.structured, agent.text])).toContain(id);
    expect(JSON.stringify(operator.json)).toContain(id);
    expect(await entriesOf('manifest.proposed')).toHaveLength(2);
    await isSound();
  });
});

describe('decisions that race', () => {
  test('an edit while the passphrase is asked for: what was shown is what was signed, and status calls it stale', async () => {
    await expectLoopGoesOn(world);
    const before = await world.project.ask('status');
    const { exitCode } = await signOnTerminal(world.project, [], () =>
      world.project.repo.write('src/a.js', "export const a = 'evil';\n"),
    );
    expect(exitCode).toBe(1);
    const { manifest } = { manifest: null, ...before.json };
    const candidate = textOf(manifest, 'candidate_tree');
    const [exported] = readExports(world.project);
    expect(exported?.bytes.toString()).toContain(candidate.replace('sha256:', ''));
    const after = await world.project.ask('status');
    expect(after).toMatchObject({ exitCode: 1, json: { manifest: { approval: { status: 'stale' } } } });
    expect(listOf(after.json, 'findings').map(({ kind }) => kind)).toContain('stale');
    expect((await world.project.ask('why')).json).not.toMatchObject({ blocker: null });
    await isSound();
  });

  test('two approvals of one change: one decision, the second is told', async () => {
    await expectLoopGoesOn(world);
    const [one, two] = await Promise.all([waitForPassphrase(), waitForPassphrase()]);
    one.write(`${PASSPHRASE}\r`);
    two.write(`${PASSPHRASE}\r`);
    const ends = await Promise.all([one.exit, two.exit]);
    expect(ends.map(({ exitCode }) => exitCode).toSorted()).toEqual([0, 2]);
    const loser = ends[0].exitCode === 2 ? one : two;
    expect(loser.output()).toMatch(/M-[0-9a-f]{12} is approved now; it was under_review when it was shown/);
    expect(await entriesOf('decision.signed')).toHaveLength(1);
    expect(readExports(world.project)).toHaveLength(1);
    await isSound();
  });

  test('a rejection while the passphrase is asked for: the rejection stands, and nothing is signed', async () => {
    await expectLoopGoesOn(world);
    const { exitCode, output } = await signOnTerminal(world.project, [], () =>
      world.project.ask('reject', '--reason', 'not like this'),
    );
    expect(exitCode).toBe(2);
    expect(output).toMatch(/is rejected now; it was under_review/);
    expect(await entriesOf('decision.signed')).toHaveLength(0);
    expect(await world.project.ask('status')).toMatchObject({ json: { manifest: { state: 'rejected' } } });
    await isSound();
  });

  test('two rejections at once: one is recorded, the other is told', async () => {
    await expectLoopGoesOn(world);
    const both = await Promise.all([1, 2].map((number) => world.project.ask('reject', '--reason', `no ${number}`)));
    expect(both.map(({ exitCode }) => exitCode).toSorted()).toEqual([0, 2]);
    const loser = both.find(({ exitCode }) => exitCode === 2);
    expect(loser?.json).toMatchObject({ error: { code: expect.stringMatching(/^(conflict|not_found)$/) } });
    expect(await entriesOf('decision.rejected')).toHaveLength(1);
    await isSound();
  });

  test('an amendment is decided once: refused while the passphrase is asked for, it is not granted', async () => {
    const mcp = await world.project.connect();
    const amend = { scope: ['docs/**'], reason: 'It needs a page' };
    const twice = await Promise.all([mcp.call('ces_manifest', { amend }), mcp.call('ces_manifest', { amend })]);
    const ids = twice.map(({ structured }) => textOf(structured.amendment, 'id'));
    expect(new Set(ids).size).toBe(1);
    const { exitCode, output } = await signOnTerminal(world.project, ids.slice(0, 1), () =>
      world.project.ask('reject', ids[0] ?? '', '--reason', 'no page'),
    );
    expect({ exitCode, output }).toMatchObject({
      exitCode: 2,
      output: expect.stringContaining('was decided meanwhile'),
    });
    expect(await entriesOf('amendment.decided')).toHaveLength(1);
    const { structured } = await mcp.call('ces_manifest');
    expect(JSON.stringify(structured.scope)).not.toContain('docs/**');
    await mcp.close();
    await isSound();
  });
});

/** `ces approve` on a terminal, up to where ssh-keygen asks. */
async function waitForPassphrase() {
  const terminal = world.project.onTerminal('approve', '--yes');
  await terminal.waitFor(PASSPHRASE_PROMPT);
  return terminal;
}
