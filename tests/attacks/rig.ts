import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { expect } from 'vitest';
import { encodeEntry, GENESIS, hashEntry, type LedgerEntry } from '../../src/core/ledger/entry.js';
import {
  createGovernedProject,
  type GovernedProject,
  PASSPHRASE_PROMPT,
  placeOperatorKey,
  signOnTerminal,
  textOf,
} from '../support/governed-project.js';
import type { Answer } from '../support/mcp-client.js';

/** What an agent has changed in the attacked project. */
export const CHANGE = 'export const a = 2;\n';

/** A small project whose agent has an accepted claim, and no server any more. */
export async function createClaimedProject(): Promise<{ project: GovernedProject; manifest: string }> {
  const project = await createGovernedProject({ beforeInit: placeOperatorKey });
  const mcp = await project.connect();
  const request = { objective: 'Set a to two', scope: ['src/a.js'], acceptance_criteria: ['a is 2'] };
  const manifest = textOf((await mcp.call('ces_manifest', request)).structured, 'manifest_id');
  project.repo.write('src/a.js', CHANGE);
  const evidence = { manifest_id: manifest, criteria: ['AC-1'], kind: 'file', summary: 'It is 2', path: 'src/a.js' };
  const given = textOf((await mcp.call('ces_evidence_submit', evidence)).structured, 'evidence_id');
  expect((await mcp.call('ces_verify')).structured).toMatchObject({ verdict: 'pass' });
  const criteria = [{ id: 'AC-1', evidence: [given] }];
  const claim = { manifest_id: manifest, summary: 'Done', files_changed: ['src/a.js'], criteria };
  expect((await mcp.call('ces_completion_claim', claim)).structured).toMatchObject({ accepted: true });
  await mcp.close();
  return { project, manifest };
}

/** What an agent does from its request to its claim, whatever becomes of it; `edit` is its work on the files that it claims. */
export async function workAndClaim(
  project: GovernedProject,
  work: { readonly files?: readonly string[]; edit(): unknown; beforeClaim?(): unknown },
): Promise<{ manifest: string; run: Answer['structured']; claim: Answer['structured'] }> {
  const mcp = await project.connect();
  const request = { objective: 'Set a to two', scope: ['src/**'], acceptance_criteria: ['a is 2'] };
  const manifest = textOf((await mcp.call('ces_manifest', request)).structured, 'manifest_id');
  await work.edit();
  const evidence = { manifest_id: manifest, criteria: ['AC-1'], kind: 'observation', summary: 'It is 2' };
  const given = textOf((await mcp.call('ces_evidence_submit', evidence)).structured, 'evidence_id');
  const run = (await mcp.call('ces_verify', { manifest_id: manifest })).structured;
  await work.beforeClaim?.();
  const { structured } = await mcp.call('ces_completion_claim', {
    manifest_id: manifest,
    summary: 'Done',
    files_changed: work.files ?? ['src/a.js'],
    criteria: [{ id: 'AC-1', evidence: [given] }],
  });
  await mcp.close();
  return { manifest, run, claim: structured };
}

/** Has the operator approve what waits. */
export async function approveWork(project: GovernedProject): Promise<void> {
  const { exitCode, output } = await signOnTerminal(project, []);
  if (exitCode !== 0) throw new Error(`ces approve ended with ${exitCode}:\n${output}`);
}

/** What `ces approve` shows up to its question, which is answered with no. */
export async function reviewWork(project: GovernedProject): Promise<string> {
  const terminal = project.onTerminal('approve', '--no-color');
  try {
    await terminal.waitFor(/\[y\/N\] /);
    terminal.write('n\r');
    expect((await terminal.exit).exitCode).toBe(1);
    return terminal.output();
  } finally {
    await terminal.dispose();
  }
}

/** How `ces approve` ends where it signs nothing; throws where a passphrase is asked for. */
export async function tryToApprove(
  project: GovernedProject,
  ...args: string[]
): Promise<{ exitCode: number; output: string }> {
  const terminal = project.onTerminal('approve', '--yes', '--no-color', ...args);
  try {
    const ended = await Promise.race([
      terminal.exit,
      terminal.waitFor(PASSPHRASE_PROMPT, 60_000).catch(() => terminal.exit),
    ]);
    if (typeof ended === 'string') throw new Error(`it would be signed:\n${terminal.output()}`);
    return { exitCode: ended.exitCode, output: terminal.output() };
  } finally {
    await terminal.dispose();
  }
}

export interface Snapshot {
  restore(): void;
}

/** Keeps the project's state, and what CES keeps about it elsewhere, as they are now. */
export function takeSnapshot({ repo, home }: GovernedProject, name: string): Snapshot {
  const kept = join(home.folder, `kept-${name}`);
  const places = [
    [join(repo.root, '.ces'), join(kept, 'ces')],
    [join(repo.root, 'src'), join(kept, 'src')],
    [home.env.XDG_STATE_HOME ?? '', join(kept, 'state')],
  ] as const;
  for (const [from, to] of places) cpSync(from, to, { recursive: true });
  return {
    restore: () => {
      for (const [from, to] of places) {
        rmSync(from, { recursive: true });
        cpSync(to, from, { recursive: true });
      }
    },
  };
}

export interface StoredEntry {
  readonly sequence: number;
  readonly bytes: string;
  readonly hash: string;
}

/** Removes what stops mistakes: whoever has the file can. */
export function dropTriggers(db: Database.Database): void {
  const names = db.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'trigger'").pluck().all();
  expect(names).toHaveLength(4);
  for (const name of names) db.exec(`DROP TRIGGER ${name}`);
}

export function readLedger(db: Database.Database): StoredEntry[] {
  return db.prepare<[], StoredEntry>('SELECT sequence, bytes, hash FROM ledger ORDER BY sequence').all();
}

/** Appends an entry by hand, with the right hash and the right link. */
export function appendByHand(
  db: Database.Database,
  entry: Omit<LedgerEntry, 'v' | 'sequence' | 'previous' | 'at'>,
): void {
  const last = readLedger(db).at(-1);
  const sequence = (last?.sequence ?? 0) + 1;
  insertEntry(db, { ...entry, v: 1, sequence, previous: last?.hash ?? GENESIS, at: new Date().toISOString() });
}

/** Writes the whole ledger anew, each entry as `change` gives it, with hashes and links that fit one another. */
export function rewriteLedger(db: Database.Database, change: (entry: LedgerEntry) => LedgerEntry): void {
  const entries = readLedger(db).map(({ bytes }): LedgerEntry => JSON.parse(bytes));
  db.exec('DELETE FROM ledger');
  let previous = GENESIS;
  for (const entry of entries) previous = insertEntry(db, { ...change(entry), previous });
}

function insertEntry(db: Database.Database, entry: LedgerEntry): string {
  const bytes = encodeEntry(entry);
  const hash = hashEntry(bytes);
  db.prepare('INSERT INTO ledger (sequence, bytes, hash) VALUES (?, ?, ?)').run(entry.sequence, bytes, hash);
  return hash;
}
