import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestOf, type LedgerEntry } from '../../src/core/ledger/entry.js';
import {
  createGovernedProject,
  type GovernedProject,
  placeOperatorKey,
  signOnTerminal,
} from '../support/governed-project.js';
import { withDatabase } from '../support/project-state.js';
import { createTempRepo } from '../support/temp-repo.js';
import {
  approveWork,
  createClaimedProject,
  dropTriggers,
  readLedger,
  rewriteLedger,
  tryToApprove,
  workAndClaim,
} from './rig.js';

let project: GovernedProject;
let manifest: string;
afterEach(() => project?.dispose());

/** Makes a failed run one that passed: its record, and the ledger with hashes that fit; what stops mistakes is put back. */
function forgePass(): void {
  withDatabase(project.repo.root, (db) => {
    const triggers = db.prepare<[], string>("SELECT sql FROM sqlite_master WHERE type = 'trigger'").pluck().all();
    const row = db.prepare<[], { id: string; body: string }>("SELECT id, body FROM records WHERE kind = 'run'").get();
    const run = JSON.parse(row?.body ?? '');
    expect(run).toMatchObject({ verdict: 'fail', checks: [{ status: 'fail' }] });
    run.verdict = 'pass';
    Object.assign(run.checks[0], { status: 'pass', reason: null, exitCode: 0 });
    const digest = digestOf(run);
    dropTriggers(db);
    rewriteLedger(db, (entry) => passed(entry, digest));
    db.prepare("UPDATE records SET body = ?, digest = ? WHERE kind = 'run'").run(JSON.stringify(run), digest);
    for (const trigger of triggers) db.exec(trigger);
  });
}

function passed(entry: LedgerEntry, digest: string): LedgerEntry {
  if (entry.type !== 'run.finished') return entry;
  const { record } = entry.body;
  return {
    ...entry,
    summary: entry.summary.replace('fail', 'pass'),
    body: { ...entry.body, verdict: 'pass', record: { ...(typeof record === 'object' ? record : {}), digest } },
  };
}

/** Cuts what the witness kept since the first entry of this type: no more than a file of the same user. */
function cutWitness(type: LedgerEntry['type']): void {
  const first = withDatabase(project.repo.root, readLedger).find(({ bytes }) => JSON.parse(bytes).type === type);
  const folder = join(project.home.env.XDG_STATE_HOME ?? '', 'ces/projects');
  const [name = ''] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /witness-\w+\.jsonl$/.test(path),
  );
  const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
  const kept = lines.filter((line) => JSON.parse(line).sequence < (first?.sequence ?? 0));
  expect(kept.length).toBeLessThan(lines.length);
  writeFileSync(join(folder, name), kept.map((line) => `${line}\n`).join(''));
}

async function createProject(): Promise<void> {
  const repo = createTempRepo({ 'src/a.js': 'export const a = 1;\n' });
  const unit = { status: 'required' as const, argv: ['grep', '-rq', '= [0-9]', 'src'] };
  project = await createGovernedProject({ repo, checks: { unit }, beforeInit: placeOperatorKey });
}

const doBadWork = (beforeClaim: () => unknown) =>
  workAndClaim(project, { edit: () => project.repo.write('src/a.js', "export const a = 'evil';\n"), beforeClaim });

test('a failed run that is rewritten into one that passed, with a ledger that fits, no longer fits the witness: the claim is refused', async () => {
  await createProject();
  const { run, claim } = await doBadWork(forgePass);
  expect(run).toMatchObject({ verdict: 'fail' });
  expect(claim).toMatchObject({ accepted: false, verdict: 'contradicted' });
  expect(claim.findings).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'governance_tamper', severity: 'critical', check: 'witness' }),
    ]),
  );
});

describe('a failed run that is rewritten into one that passed, with ledger and witness that fit', () => {
  beforeEach(async () => {
    await createProject();
    const { run, claim } = await doBadWork(() => {
      forgePass();
      cutWitness('run.finished');
    });
    expect(run).toMatchObject({ verdict: 'fail' });
    // Believed so far: nothing that lies here contradicts it.
    expect(claim).toMatchObject({ accepted: true, verdict: 'proven' });
    expect((await project.ces('audit', 'verify')).exitCode).toBe(0);
  });

  test('is not signed: ces approve runs the checks itself, and they fail', async () => {
    const { exitCode, output } = await tryToApprove(project);
    expect(exitCode).toBe(1);
    expect(output).toMatch(/Running the checks once more/);
    expect(output).toMatch(/Check unit is fail/);
    expect((await project.ask('status')).exitCode).toBe(1);
  });

  test('works at this level where the operator believes the record: with --recorded-run it is signed', async () => {
    const { exitCode, output } = await signOnTerminal(project, ['--recorded-run']);
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    expect(output).not.toMatch(/Running the checks once more/);
    expect((await project.ask('status')).json).toMatchObject({ manifest: { approval: { status: 'approved' } } });
  });
});

describe('a ledger that was rolled back to before the approval', () => {
  beforeEach(async () => {
    ({ project, manifest } = await createClaimedProject());
    const [own, kept] = [join(project.repo.root, '.ces'), join(project.home.folder, 'before')];
    cpSync(own, kept, { recursive: true });
    await approveWork(project);
    rmSync(own, { recursive: true });
    cpSync(kept, own, { recursive: true });
  });

  test('is named by every look, and no approval is signed on it, whatever is waived', async () => {
    for (const command of ['status', 'why', 'explain', 'audit verify'])
      expect({ command, exitCode: (await project.ces(...command.split(' '))).exitCode }).toEqual({
        command,
        exitCode: 1,
      });
    const rolledBack = /The witness saw entry \d+ of the ledger.*cut, rolled back or replaced/s;
    const { exitCode, output } = await tryToApprove(project);
    expect(exitCode).toBe(1);
    expect(output).toMatch(rolledBack);
    const waivers = [...new Set(output.match(/F-[0-9a-f]{12}/g))].flatMap((id) => ['--waive', id, '--reason', 'Fine']);
    expect(waivers.length).toBeGreaterThan(0);
    const waived = await tryToApprove(project, ...waivers);
    expect(waived.exitCode).not.toBe(0);
    expect(waived.output).toMatch(rolledBack);
  });

  test('takes no claim: it is contradicted, whatever the claim says', async () => {
    const mcp = await project.connect();
    const claim = { summary: 'Done', files_changed: ['src/a.js'], criteria: [{ id: 'AC-1', evidence: [] }] };
    const answer = await mcp.call('ces_completion_claim', { manifest_id: manifest, ...claim });
    await mcp.close();
    expect(answer.structured).toMatchObject({ accepted: false, verdict: 'contradicted' });
    expect(JSON.stringify(answer.structured.findings)).toContain('rolled back or replaced');
  });

  test('is not laundered by the claim that is refused: the witness takes no head of such a ledger', async () => {
    const mcp = await project.connect();
    const claim = { summary: 'Done', files_changed: ['src/a.js'], criteria: [{ id: 'AC-1', evidence: [] }] };
    for (const round of [1, 2]) {
      const answer = await mcp.call('ces_completion_claim', { manifest_id: manifest, ...claim });
      expect({ round, findings: JSON.stringify(answer.structured.findings) }).toMatchObject({
        findings: expect.stringContaining('rolled back or replaced'),
      });
      expect((await project.ask('status')).exitCode).toBe(1);
    }
    await mcp.close();
    expect((await tryToApprove(project)).exitCode).not.toBe(0);
  });
});

test('a witness that is removed is missed: the ledger has claims, which are never written before it took a head', async () => {
  ({ project, manifest } = await createClaimedProject());
  cutWitness('project.initialized');
  for (const command of ['status', 'audit verify']) expect((await project.ces(...command.split(' '))).exitCode).toBe(1);
  expect((await tryToApprove(project)).exitCode).toBe(1);
});
