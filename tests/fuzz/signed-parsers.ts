import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { judgeApproval } from '../../src/core/approval/check-approval.js';
import { parseSshSignature } from '../../src/core/approval/sshsig.js';
import { encodeChangeStatement, encodeOtherStatement, parseStatement } from '../../src/core/approval/statement.js';
import { type LedgerRow, verifyChain } from '../../src/core/ledger/chain.js';
import { encodeEntry, GENESIS, hashEntry } from '../../src/core/ledger/entry.js';
import { runProcess } from '../../src/core/process/run.js';
import { createSignatureChecker } from '../../src/core/signers/check-signature.js';
import { changeDecision, otherDecision } from '../support/decisions.js';
import { armour, createSecurityKey, createTestKey, signBytes, signerLine, unarmour } from '../support/keys.js';
import type { ParserCase } from './fuzz-parser.js';
import { mutate } from './mutate.js';

const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const DECISION = changeDecision();
const STATEMENT = utf8(encodeChangeStatement(DECISION));
const OTHER = utf8(encodeOtherStatement(otherDecision()));
const now = '2030-01-02T00:00:00.000Z';

export interface SignedParsers {
  readonly cases: readonly ParserCase[];
  dispose(): void;
}

/** Readers of what is signed or chained: beside reading, each must say no to everything that was changed. */
export async function createSignedParsers(): Promise<SignedParsers> {
  const folder = mkdtempSync(join(tmpdir(), 'ces-fuzz-keys-'));
  const key = await createTestKey(folder);
  const stick = createSecurityKey();
  const checker = createSignatureChecker({
    allowedSigners: [
      { text: signerLine('ada', key.publicKey) + signerLine('bob', stick.publicKey), source: 'signers' },
    ],
    runProcess,
    clock: { now: () => now },
  });
  const signature = await signBytes(key, Buffer.from(STATEMENT));
  const touched = stick.sign(Buffer.from(STATEMENT), 1);
  const words = ['ces-approval', 'sha512', 'ssh-ed25519', 'AAAA', '=', '-----BEGIN SSH SIGNATURE-----'];
  return {
    dispose: () => rmSync(folder, { recursive: true, force: true }),
    cases: [
      {
        name: 'SSHSIG blocks',
        inputs: mutate([signature, touched, binary(signature), binary(touched)], words),
        read: async ({ text }) => {
          // A text that is no block may be the bytes of one.
          const block = text.startsWith('SSHSIG') ? armour(Buffer.from(text, 'latin1')) : text;
          const parsed = parseSshSignature(block);
          if (!parsed.ok) return;
          const verdict = await checker.check(Buffer.from(STATEMENT), block);
          const whole = [signature, touched].some((known) => unarmour(known).equals(unarmour(block)));
          expect(verdict.valid).toBe(whole);
        },
      },
      {
        name: 'approval statements',
        inputs: mutate(
          [STATEMENT, OTHER],
          ['approve', 'sha256', '"kind":"manifest"', DECISION.project, '1e2', '-0', '\\u0061'],
        ),
        read: async ({ text }) => {
          const bytes = Buffer.from(text, 'utf8');
          const parsed = parseStatement(bytes);
          if (!parsed.ok) return;
          if (utf8(bytes) === STATEMENT || utf8(bytes) === OTHER) return;
          const signatureVerdict = await checker.check(bytes, signature);
          expect(signatureVerdict.valid).toBe(false);
          const verdict = judgeApproval({
            statement: parsed.statement,
            signatureVerdict,
            currentBase: DECISION.base,
            currentCandidate: DECISION.candidate,
            project: DECISION.project,
            now,
          });
          expect(verdict.status).not.toBe('approved');
        },
      },
      {
        name: 'ledger rows',
        inputs: mutate(ROWS.map((row) => JSON.stringify(row)).concat(ROWS.map((row) => row.bytes)), [
          '"v":1}',
          '"previous":"',
          '"sequence":',
          GENESIS,
        ]),
        read: ({ from, text }) => {
          const rows = ROWS.map((row) => replaceRow(row, from, text));
          const verdict = verifyChain(rows, [LAST]);
          const same = JSON.stringify(rows) === JSON.stringify(ROWS);
          expect(verdict.ok).toBe(same);
          // Rows before the first bad one are those that were written.
          const trusted = rows.filter((row) => row.sequence >= 1 && row.sequence <= verdict.trustedThrough);
          expect(trusted).toEqual(ROWS.slice(0, trusted.length));
        },
      },
    ],
  };
}

const binary = (block: string): string => unarmour(block).toString('latin1');

const ROWS: readonly LedgerRow[] = makeRows(12);
const LAST = { sequence: ROWS.length, hash: ROWS.at(-1)?.hash ?? '' };

function makeRows(count: number): LedgerRow[] {
  const rows: LedgerRow[] = [];
  for (let sequence = 1; sequence <= count; sequence += 1) {
    const bytes = encodeEntry({
      v: 1,
      sequence,
      previous: rows.at(-1)?.hash ?? GENESIS,
      at: '2026-01-02T03:04:05.678Z',
      type: 'scope.asked',
      principal: 'agent',
      channel: 'mcp',
      session: null,
      summary: `entry ${sequence} "previous":"${GENESIS}"`,
      body: { sequence: 99, list: [1, 'two', null] },
    });
    rows.push({ sequence, bytes, hash: hashEntry(bytes) });
  }
  return rows;
}

// A changed row as somebody with the file writes it: its bytes with a hash that fits them, or all of its columns.
function replaceRow(row: LedgerRow, from: string | null, text: string): LedgerRow {
  if (from === row.bytes) return { ...row, bytes: text, hash: hashEntry(text) };
  if (from !== JSON.stringify(row)) return row;
  try {
    const value: Partial<LedgerRow> | null = JSON.parse(text);
    const { sequence, bytes, hash } = value ?? {};
    return {
      sequence: Number.isSafeInteger(sequence) ? Number(sequence) : row.sequence,
      bytes: typeof bytes === 'string' ? bytes : row.bytes,
      hash: typeof hash === 'string' ? hash : row.hash,
    };
  } catch {
    return { ...row, bytes: text };
  }
}
