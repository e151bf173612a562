import { createHash } from 'node:crypto';
import { GENESIS } from './entry.js';

export interface LedgerRow {
  readonly sequence: number;
  readonly bytes: string;
  /** Hex, as stored. */
  readonly hash: string;
}

export interface Head {
  readonly sequence: number;
  readonly hash: string;
}

export interface ChainProblem {
  readonly sequence: number;
  readonly problem: string;
}

export interface ChainVerdict {
  readonly ok: boolean;
  readonly entries: number;
  readonly head: Head | null;
  readonly firstBad: ChainProblem | null;
  readonly problems: readonly ChainProblem[];
  /** The history up to this sequence is as it was written, as far as the heads kept elsewhere reach; 0 where nothing can be trusted. */
  readonly trustedThrough: number;
}

const PROBLEM_LIMIT = 50;

/**
 * Walks a ledger from its first entry: order, hash and link of each. Heads that were kept elsewhere (the witness, signed
 * statements) must be in it: a missing or different one means that history was cut, rolled back or rewritten.
 */
export function verifyChain(rows: Iterable<LedgerRow>, heads: readonly Head[]): ChainVerdict {
  const problems: ChainProblem[] = [];
  const report = (sequence: number, problem: string): void => {
    if (problems.length < PROBLEM_LIMIT) problems.push({ sequence, problem });
  };
  const wanted = new Map<number, Set<string>>();
  for (const head of heads) wanted.set(head.sequence, (wanted.get(head.sequence) ?? new Set()).add(head.hash));

  let expected = 1;
  let previous = GENESIS;
  let last: Head | null = null;
  // An entry may be bad without being the first that a problem names: its bytes and hash fit, but not those after it.
  let doubtful = Number.POSITIVE_INFINITY;
  const anchored: number[] = [];
  for (const row of rows) {
    if (row.sequence !== expected) {
      report(expected, `entry ${expected} is missing; the next one stored is ${row.sequence}`);
      expected = row.sequence;
      previous = '';
    }
    const hash = createHash('sha256').update(row.bytes, 'utf8').digest('hex');
    if (hash !== row.hash) report(row.sequence, 'its bytes do not give its hash: it was edited');
    const link = readLink(row.bytes);
    if (link === null) report(row.sequence, 'its bytes are not a ledger entry of format 1');
    else if (link.sequence !== row.sequence) report(row.sequence, `it was written as entry ${link.sequence}: moved`);
    else if (previous !== '' && link.previous !== previous) {
      report(row.sequence, 'it does not follow the entry before it: one of the two was replaced');
      if (hash === row.hash) doubtful = Math.min(doubtful, row.sequence - 1);
    }
    for (const head of wanted.get(row.sequence) ?? []) {
      if (head === row.hash) anchored.push(row.sequence);
      else {
        report(row.sequence, 'a head kept outside the ledger names another hash: it was rewritten');
        // Where the rewriting began, only the head before it can say.
        doubtful = Math.min(doubtful, anchorBefore(anchored, row.sequence) + 1);
      }
    }
    wanted.delete(row.sequence);
    previous = row.hash;
    last = { sequence: row.sequence, hash: row.hash };
    expected += 1;
  }
  for (const sequence of [...wanted.keys()].sort((a, b) => a - b)) {
    report(sequence, 'a head kept outside the ledger names an entry that is gone: the ledger was cut or rolled back');
    doubtful = Math.min(doubtful, anchorBefore(anchored, sequence) + 1);
  }
  problems.sort((a, b) => a.sequence - b.sequence);
  const first = problems[0] ?? null;
  return {
    ok: first === null,
    entries: expected - 1,
    head: last,
    firstBad: first,
    problems,
    trustedThrough: first === null ? (last?.sequence ?? 0) : Math.max(0, Math.min(first.sequence, doubtful) - 1),
  };
}

function anchorBefore(anchored: readonly number[], sequence: number): number {
  return anchored.findLast((anchor) => anchor < sequence) ?? 0;
}

// The two fields that tie an entry to its place, without parsing all of it: a ledger has a million entries.
function readLink(bytes: string): { sequence: number; previous: string } | null {
  const previous = /"previous":"([0-9a-f]{64})"/.exec(bytes);
  const sequence = /"sequence":(\d+)/.exec(bytes.slice(previous?.index ?? 0));
  const version = bytes.endsWith('"v":1}');
  if (!version || previous?.[1] === undefined || sequence?.[1] === undefined) return null;
  return { sequence: Number(sequence[1]), previous: previous[1] };
}
