import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LedgerRow, verifyChain } from '../../../src/core/ledger/chain.js';
import { digestOf, encodeEntry, GENESIS, hashEntry } from '../../../src/core/ledger/entry.js';

function createLedger(length: number): LedgerRow[] {
  const rows: LedgerRow[] = [];
  let previous = GENESIS;
  for (let sequence = 1; sequence <= length; sequence += 1) {
    const bytes = encodeEntry({
      v: 1,
      sequence,
      previous,
      at: `2026-01-01T00:00:00.${String(sequence).padStart(3, '0')}Z`,
      type: 'scope.asked',
      principal: 'agent',
      channel: 'mcp',
      session: 'S-000000000000',
      summary: `entry ${sequence}`,
      body: { previous: 'not this one', sequence: 7 },
    });
    const hash = hashEntry(bytes);
    rows.push({ sequence, bytes, hash });
    previous = hash;
  }
  return rows;
}

const heads = (rows: readonly LedgerRow[], ...sequences: number[]) =>
  sequences.map((sequence) => ({ sequence, hash: rows[sequence - 1]?.hash ?? '' }));

describe('a ledger', () => {
  test('verifies as it was written', () => {
    const rows = createLedger(20);
    expect(verifyChain(rows, heads(rows, 5, 20))).toMatchObject({
      ok: true,
      entries: 20,
      firstBad: null,
      trustedThrough: 20,
    });
  });

  test('verifies empty, with nothing to trust', () => {
    expect(verifyChain([], [])).toMatchObject({ ok: true, entries: 0, head: null, trustedThrough: 0 });
  });

  test('names the entry whose bytes were changed, wherever in it and however', () => {
    const rows = createLedger(30);
    fc.assert(
      fc.property(fc.nat(29), fc.nat(), fc.integer({ min: 1, max: 255 }), (index, position, mask) => {
        const row = rows[index];
        if (row === undefined) return;
        const bytes = Buffer.from(row.bytes, 'utf8');
        const at = position % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ mask;
        const edited = rows.with(index, { ...row, bytes: bytes.toString('latin1') });
        const verdict = verifyChain(edited, []);
        expect(verdict.ok).toBe(false);
        expect(verdict.firstBad?.sequence).toBe(index + 1);
        expect(verdict.trustedThrough).toBe(index);
      }),
    );
  });

  test('names the first entry that a consistent rewrite touched, once a head of it is kept elsewhere', () => {
    const rows = createLedger(10);
    const rewritten = createLedger(10).map((row) => row);
    const changed = rewrite(rewritten, 6);
    expect(verifyChain(changed, []).ok).toBe(true);
    expect(verifyChain(changed, heads(rows, 4, 8))).toMatchObject({
      ok: false,
      firstBad: { sequence: 8 },
      trustedThrough: 4,
    });
    expect(verifyChain(changed, heads(rows, 6)).firstBad?.sequence).toBe(6);
  });

  test('trusts no entry whose hash was made to fit its new bytes, though only the one after it names a problem', () => {
    const rows = createLedger(10).map((row) => {
      const bytes = row.sequence === 5 ? row.bytes.replace('"agent"', '"operator"') : row.bytes;
      return { ...row, bytes, hash: hashEntry(bytes) };
    });
    expect(verifyChain(rows, [])).toMatchObject({ ok: false, firstBad: { sequence: 6 }, trustedThrough: 4 });
  });

  test('misses no cut: the last entries, all of them, or one in the middle', () => {
    const rows = createLedger(10);
    expect(verifyChain(rows.slice(0, 7), heads(rows, 5, 9))).toMatchObject({
      ok: false,
      firstBad: { sequence: 9 },
      trustedThrough: 5,
    });
    expect(verifyChain([], heads(rows, 3))).toMatchObject({ ok: false, firstBad: { sequence: 3 }, trustedThrough: 0 });
    expect(verifyChain(rows.toSpliced(4, 1), [])).toMatchObject({
      ok: false,
      firstBad: { sequence: 5 },
      trustedThrough: 4,
    });
  });

  test('sees entries that changed places', () => {
    const rows = createLedger(6);
    const [third, fourth] = [rows[2], rows[3]];
    if (third === undefined || fourth === undefined) throw new Error('six rows');
    const swapped = rows.with(2, { ...fourth, sequence: 3 }).with(3, { ...third, sequence: 4 });
    expect(verifyChain(swapped, []).firstBad?.sequence).toBe(3);
  });
});

test('a digest does not depend on the order of keys', () => {
  expect(digestOf({ a: 1, b: [2, { c: 3, d: 4 }] })).toBe(digestOf({ b: [2, { d: 4, c: 3 }], a: 1 }));
});

function rewrite(rows: LedgerRow[], from: number): LedgerRow[] {
  let previous = rows[from - 2]?.hash ?? GENESIS;
  return rows.map((row) => {
    if (row.sequence < from) return row;
    const bytes = row.bytes.replace(/"previous":"[0-9a-f]{64}"/, `"previous":"${previous}"`).replace('entry', 'other');
    previous = hashEntry(bytes);
    return { ...row, bytes, hash: previous };
  });
}
