import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { digestOf } from '../../src/core/ledger/entry.js';
import { type GovernedProject, listOf, signOnTerminal } from '../support/governed-project.js';
import { createTestKey, signBytes } from '../support/keys.js';
import { withDatabase } from '../support/project-state.js';
import {
  appendByHand,
  approveWork,
  CHANGE,
  createClaimedProject,
  dropTriggers,
  type Snapshot,
  takeSnapshot,
} from './rig.js';

let project: GovernedProject;
let manifest: string;
let claimed: Snapshot;
let approved: Snapshot;

beforeAll(async () => {
  ({ project, manifest } = await createClaimedProject());
  claimed = takeSnapshot(project, 'claimed');
  await approveWork(project);
  approved = takeSnapshot(project, 'approved');
  expect((await project.ask('status')).exitCode).toBe(0);
});
afterAll(() => project?.dispose());

/** What each reading command says of state that somebody wrote by hand. */
async function expectForged(about: string, message: RegExp): Promise<void> {
  const finding = {
    kind: 'governance_tamper',
    severity: 'critical',
    message: expect.stringMatching(message),
    check: about,
  };
  const status = await project.ask('status');
  expect(status.exitCode).toBe(1);
  expect(status.json.findings).toEqual(expect.arrayContaining([expect.objectContaining(finding)]));
  const explained = await project.ask('explain');
  expect(explained.exitCode).toBe(1);
  expect(explained.json.findings).toEqual(expect.arrayContaining([expect.objectContaining(finding)]));
  const audited = await project.ask('audit', 'verify');
  expect(audited).toMatchObject({ exitCode: 1, json: { ok: false } });
  expect(audited.json.findings).toEqual(expect.arrayContaining([expect.objectContaining(finding)]));
  expect((await project.ask('why')).json).toMatchObject({
    blocker: { kind: 'governance_tamper' },
    next_command: 'ces audit verify',
  });
}

const attack = (work: (db: Database.Database) => void) => withDatabase(project.repo.root, work);
const exportsFolder = () => join(project.repo.root, '.ces', 'exports');
const agent = { principal: 'operator', channel: 'cli', session: null } as const;

/** The operator's own statement and its signature, as the approved project exported them. */
function readApproval(): { statement: string; signature: string } {
  approved.restore();
  const name = readdirSync(exportsFolder()).find((file) => file.endsWith('.statement.json')) ?? '';
  const statement = readFileSync(join(exportsFolder(), name), 'utf8');
  const signature = readFileSync(join(exportsFolder(), `${name}.sig`), 'utf8');
  claimed.restore();
  return { statement, signature };
}

/** Signs with a key that the operator never saw. */
async function signWithForeignKey(statement: string): Promise<string> {
  const name = `foreign-${Math.trunc(performance.now() * 1000)}`;
  return signBytes(await createTestKey(project.home.folder, name), Buffer.from(statement));
}

function insertDecision(db: Database.Database, body: object): { kind: 'decision'; id: string; digest: string } {
  const record = { kind: 'decision', id: 'D-0123456789ab', digest: digestOf(body) } as const;
  db.prepare('INSERT INTO records (kind, id, manifest_id, at, body, digest) VALUES (?, ?, ?, ?, ?, ?)').run(
    record.kind,
    record.id,
    manifest,
    new Date().toISOString(),
    JSON.stringify(body),
    record.digest,
  );
  return record;
}

function decisionBody(statement: string, signature: string) {
  return {
    id: 'D-0123456789ab',
    kind: 'change',
    manifest_id: manifest,
    statement,
    signature,
    candidate_scan: null,
    at: new Date().toISOString(),
  };
}

/** Everything that CES itself writes for an approval: record, entries with fitting hashes, row. */
function forgeWholeApproval(statement: string, signature: string): void {
  attack((db) => {
    const record = insertDecision(db, decisionBody(statement, signature));
    appendByHand(db, {
      ...agent,
      type: 'decision.signed',
      summary: `${record.id}: change ${manifest} approved by ada@example.com`,
      body: {
        manifest_id: manifest,
        record,
        kind: 'change',
        statement: digestOf(statement),
        signer: 'ada@example.com',
      },
    });
    const body = { manifest_id: manifest, from: 'under_review', to: 'approved', why: record.id, retries_left: 3 };
    appendByHand(db, { ...agent, type: 'manifest.transition', summary: `${manifest}: under_review → approved`, body });
    db.prepare("UPDATE manifests SET state = 'approved'").run();
  });
}

describe('an approval that nobody signed', () => {
  beforeEach(() => claimed.restore());

  test('UPDATE of the row to approved shows as written by hand, and neither agent nor operator can go on with it', async () => {
    attack((db) => db.prepare("UPDATE manifests SET state = 'approved'").run());
    await expectForged(manifest, /says it is approved/);
    expect((await project.ask('status')).json).toMatchObject({ manifest: { state: 'under_review', approval: null } });
    const mcp = await project.connect();
    const claim = { manifest_id: manifest, summary: 'Done', files_changed: ['src/a.js'], criteria: [] };
    expect((await mcp.call('ces_completion_claim', claim)).text).toMatch(/^state_corrupt: /);
    expect((await mcp.call('ces_manifest', { objective: 'More' })).text).toMatch(/^state_corrupt: /);
    await mcp.close();
    const terminal = project.onTerminal('approve', '--yes', manifest);
    expect(await terminal.exit).toMatchObject({ exitCode: 2 });
    expect(terminal.output()).not.toContain('Enter passphrase');
  });

  test('UPDATE of the retries shows as written by hand', async () => {
    attack((db) => db.prepare('UPDATE manifests SET retries_left = 99').run());
    await expectForged(manifest, /99 retries left/);
  });

  test('a decision record beside the row is no decision: the ledger does not name it', async () => {
    const { statement } = readApproval();
    const signature = await signWithForeignKey(statement);
    attack((db) => {
      insertDecision(db, decisionBody(statement, signature));
      db.prepare("UPDATE manifests SET state = 'approved'").run();
    });
    await expectForged('D-0123456789ab', /not as the ledger recorded it|ledger does not name/);
    expect((await project.ask('status')).json).toMatchObject({
      manifest: { approval: null },
    });
  });

  test.each([
    ['no signature at all', async () => 'approved'],
    ['a signature of another key', signWithForeignKey],
    ['the real signature with one letter changed', async () => readSpoiltSignature()],
  ])('with entries of the ledger that fit, and %s, it is forged', async (_, sign) => {
    const { statement } = readApproval();
    forgeWholeApproval(statement, await sign(statement));
    await expectForged('D-0123456789ab', /not the operator's/);
    expect((await project.ask('status')).json).toMatchObject({
      manifest: { approval: { status: 'forged', signer: null } },
    });
  });

  test('the statement of a real approval, with the scope made wider, is forged', async () => {
    const { statement, signature } = readApproval();
    forgeWholeApproval(statement.replace('"src/a.js"', '"src/b.js"'), signature);
    await expectForged('D-0123456789ab', /not the operator's/);
  });

  test.each([
    ['signed by another key', signWithForeignKey],
    ['without a signature', async () => null],
  ])('a statement in .ces/exports %s is named', async (_, sign) => {
    const { statement } = readApproval();
    const name = 'D-0123456789ab.statement.json';
    const signature = await sign(statement);
    writeFileSync(join(exportsFolder(), name), statement);
    if (signature !== null) writeFileSync(join(exportsFolder(), `${name}.sig`), signature);
    await expectForged(name, /is not a decision of this project/);
  });

  test("another key in the project's own signers makes no signature good", async () => {
    const { statement } = readApproval();
    const key = await createTestKey(project.home.folder, 'planted');
    const path = '.ces/allowed_signers';
    const before = project.repo.read(path);
    try {
      project.repo.write(path, `${before}ada@example.com namespaces="ces-approval" ${key.publicKey}\n`);
      forgeWholeApproval(statement, await signBytes(key, Buffer.from(statement)));
      await expectForged('D-0123456789ab', /not the operator's/);
    } finally {
      project.repo.write(path, before);
    }
  });
});

describe('a real approval', () => {
  beforeEach(() => approved.restore());

  test('of a tree that moved on is stale, and holds again for exactly the tree that was signed', async () => {
    expect((await project.ask('status')).json).toMatchObject({
      manifest: { state: 'approved', approval: { status: 'approved' } },
      findings: [],
    });
    project.repo.write('src/a.js', `${CHANGE}// one more line\n`);
    const status = await project.ask('status');
    expect(status).toMatchObject({
      exitCode: 1,
      json: { manifest: { approval: { status: 'stale' } }, findings: [{ kind: 'stale' }] },
    });
    expect(await project.ask('explain')).toMatchObject({
      exitCode: 1,
      json: { decisions: [{ status: 'stale' }], findings: [{ kind: 'stale' }] },
    });
    // The history is sound; what it says was approved is not what is there.
    expect(await project.ask('audit', 'verify')).toMatchObject({
      exitCode: 0,
      json: { problems: [], decisions: [{ kind: 'change', status: 'stale' }] },
    });
    expect((await project.ask('why')).json).not.toMatchObject({ blocker: null });
    project.repo.write('src/a.js', CHANGE);
    expect((await project.ask('status')).exitCode).toBe(0);
  });

  test('is not carried over to another project of the same operator', async () => {
    const { statement, signature } = readApproval();
    approved.restore();
    const other = await createClaimedProject();
    try {
      const [config, home] = [project.home.env.XDG_CONFIG_HOME ?? '', other.project.home.env.XDG_CONFIG_HOME ?? ''];
      writeFileSync(join(home, 'ces', 'allowed_signers'), readFileSync(join(config, 'ces', 'allowed_signers')), {
        mode: 0o600,
      });
      const mine = [project, manifest] as const;
      [project, manifest] = [other.project, other.manifest];
      try {
        forgeWholeApproval(statement, signature);
        const status = await project.ask('status');
        expect(status.exitCode).toBe(1);
        expect(status.json).toMatchObject({ manifest: { approval: { status: 'wrong_project' } } });
        expect((await project.ask('explain')).exitCode).toBe(1);
      } finally {
        [project, manifest] = mine;
      }
    } finally {
      await other.project.dispose();
    }
  });

  test('a claim whose words were changed shows by its id', async () => {
    const [id = ''] = withDatabase(project.repo.root, (db) =>
      db.prepare<[], string>("SELECT id FROM records WHERE kind = 'claim'").pluck().all(),
    );
    attack((db) => {
      dropTriggers(db);
      db.prepare("UPDATE records SET body = json_set(body, '$.claim.summary', 'Better than it was') WHERE id = ?").run(
        id,
      );
    });
    await expectForged(id, /not as the ledger recorded it/);
  });
});

describe('while the passphrase is typed', () => {
  beforeEach(() => claimed.restore());

  test('a file that is swapped changes nothing that is signed, and the operator is told', async () => {
    const { exitCode, output } = await signOnTerminal(project, [manifest], () =>
      project.repo.write('src/a.js', 'export const a = "evil";\n'),
    );
    expect(exitCode).toBe(1);
    expect(output).toMatch(/moved on meanwhile/);
    const shown = /candidate sha256 ([0-9a-f]{64})/.exec(output)?.[1];
    const [name = ''] = readdirSync(exportsFolder()).filter((file) => file.endsWith('.statement.json'));
    const statement: unknown = JSON.parse(readFileSync(join(exportsFolder(), name), 'utf8'));
    expect(shown).toBeDefined();
    expect(statement).toMatchObject({ subject: [{ name: 'candidate', digest: { sha256: shown } }, {}] });
    expect(await project.ask('status')).toMatchObject({
      exitCode: 1,
      json: { manifest: { approval: { status: 'stale' } } },
    });
    project.repo.write('src/a.js', CHANGE);
    expect(await project.ask('status')).toMatchObject({
      exitCode: 0,
      json: { manifest: { approval: { status: 'approved' } } },
    });
  });

  test('a manifest that moves on is not approved by a signature for what it was', async () => {
    const { exitCode, output } = await signOnTerminal(project, [manifest], async () => {
      expect((await project.ces('reject', manifest, '--reason', 'Wait')).exitCode).toBe(0);
    });
    expect(exitCode).toBe(2);
    expect(output).toMatch(/rejected now/);
    expect((await project.ask('status')).json).toMatchObject({ manifest: { state: 'rejected', approval: null } });
    expect(readdirSync(exportsFolder())).toEqual([]);
  });
});

function readSpoiltSignature(): string {
  const lines = readApproval().signature.split('\n');
  const line = lines[3] ?? '';
  return lines.with(3, `${line.startsWith('A') ? 'B' : 'A'}${line.slice(1)}`).join('\n');
}

test('the attacked project is sound before each attack', async () => {
  approved.restore();
  expect(await project.ask('audit', 'verify')).toMatchObject({
    exitCode: 0,
    json: { ok: true, findings: [], problems: [] },
  });
  expect(listOf((await project.ask('status')).json, 'findings')).toEqual([]);
});
