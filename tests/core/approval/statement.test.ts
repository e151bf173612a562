import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeChangeStatement, encodeOtherStatement, parseStatement } from '../../../src/core/approval/statement.js';
import { digestOf } from '../../../src/core/ledger/entry.js';
import { changeDecision, otherDecision } from '../../support/decisions.js';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytesOf = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Every path to a value inside a JSON document. */
function pathsIn(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  return Object.entries(value).flatMap(([key, child]) => pathsIn(child, [...path, key]));
}

function changeAt(document: unknown, path: readonly string[]): void {
  const [key = '', ...rest] = path;
  if (typeof document !== 'object' || document === null) return;
  const child: unknown = Reflect.get(document, key);
  if (rest.length > 0) changeAt(child, rest);
  else if (typeof child === 'number') Reflect.set(document, key, child + 1);
  else if (typeof child === 'boolean') Reflect.set(document, key, !child);
  else if (typeof child === 'string')
    Reflect.set(
      document,
      key,
      child.replace(/.$/, (last) => (last === '1' ? '2' : '1')),
    );
  else Reflect.set(document, key, 'was null');
}

test('a change is an in-toto statement whose subjects are the candidate and its git tree', () => {
  const decision = changeDecision();
  const parsed = parseStatement(encodeChangeStatement(decision));
  expect(parsed).toMatchObject({
    ok: true,
    statement: {
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://controlled-execution-system.dev/approval/v1',
      subject: [
        { name: 'candidate', digest: { sha256: decision.candidate.digest.slice('sha256:'.length) } },
        { name: 'gitTree', digest: { gitTree: decision.candidate.gitTree } },
      ],
      predicate: { kind: 'change', project: decision.project, ledger: decision.ledger },
    },
  });
});

test('any other decision is bound to its kind, its project and the head of the ledger', () => {
  const { kind, project, ledger, decided } = otherDecision();
  const subject = (bytes: Uint8Array): string => /"sha256":"([0-9a-f]{64})"/.exec(text(bytes))?.[1] ?? '';
  const plain = subject(encodeOtherStatement(otherDecision()));
  expect(`sha256:${plain}`).toBe(digestOf({ kind, project, ledger, decided }));
  for (const other of [
    otherDecision({ kind: 'waiver' }),
    otherDecision({ project: 'another' }),
    otherDecision({ ledger: { sequence: 4, head: ledger.head } }),
    otherDecision({ decided: { principal: 'eve' } }),
  ])
    expect(subject(encodeOtherStatement(other))).not.toBe(plain);
});

test('every single field changes the bytes that are signed', () => {
  const before = text(encodeChangeStatement(changeDecision()));
  const paths = pathsIn(JSON.parse(before));
  expect(paths.length).toBeGreaterThan(40);
  for (const path of paths) {
    const document: unknown = JSON.parse(before);
    changeAt(document, path);
    expect(canonicalize(document), path.join('.')).not.toBe(before);
  }
});

test('the same decision gives the same bytes in whatever order its fields come', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()),
      fc.infiniteStream(fc.nat()),
      (extra, order) => {
        const shuffle = (value: unknown): unknown => {
          if (Array.isArray(value)) return value.map(shuffle);
          if (typeof value !== 'object' || value === null) return value;
          const keyed = Object.entries(value).map(([key, child]) => ({ at: order.next().value, key, child }));
          return Object.fromEntries(keyed.sort((a, b) => a.at - b.at).map(({ key, child }) => [key, shuffle(child)]));
        };
        const decided = { extra: Object.fromEntries(Object.entries(extra).filter(([key]) => key !== '__proto__')) };
        fc.pre(
          text(bytesOf(JSON.stringify(decided))) === JSON.stringify(decided) &&
            !/__proto__|\\ud/i.test(JSON.stringify(decided)),
        );
        const shuffled = shuffle(decided);
        if (typeof shuffled !== 'object' || shuffled === null) throw new Error('lost');
        const one = encodeOtherStatement(otherDecision({ decided }));
        expect(text(encodeOtherStatement(otherDecision({ decided: shuffled })))).toBe(text(one));
        const parsed = parseStatement(one);
        expect(parsed.ok && canonicalize(parsed.statement)).toBe(text(one));
      },
    ),
    { numRuns: 200 },
  );
});

const good = text(encodeChangeStatement(changeDecision()));
test.each([
  ['white space', ` ${good}`],
  ['a final newline', `${good}\n`],
  ['a byte order mark', `\uFEFF${good}`],
  ['another order of keys', good.replace(/^\{("_type":"[^"]*"),(.*)\}$/, '{$2,$1}')],
  ['a key given twice', good.replace('"_type"', '"_type":"x","_type"')],
  ['an escaped letter', good.replace('"candidate"', '"\\u0063andidate"')],
  ['a number in another form', good.replace('"level":1', '"level":1.0')],
  ['an unknown field', good.replace('"level":1', '"level":1,"zeal":1')],
  ['a hidden prototype', good.replace('"body":{', '"body":{"__proto__":{"a":1},')],
  ['another type', good.replace('Statement/v1', 'Statement/v2')],
  ['a decision that is no approval', good.replace('"decision":"approve"', '"decision":"reject"')],
  ['a manifest that is not the one of the digest', good.replace('Greet in Latin', 'Greet in Greek')],
  ['a third subject', good.replace('"subject":[', '"subject":[{"digest":{"sha256":"00"},"name":"x"},')],
  ['something that is not JSON', 'approved'],
  ['nothing', ''],
])('a statement with %s is refused', (_what, changed) => {
  expect(changed).not.toBe(good);
  expect(parseStatement(bytesOf(changed))).toMatchObject({ ok: false });
});

test('bytes that are not UTF-8 and very deep JSON are refused without an error', () => {
  expect(parseStatement(Uint8Array.of(0x22, 0xff, 0x22))).toMatchObject({ ok: false });
  expect(
    parseStatement(bytesOf(good.replace('"body":{', `"body":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)},`))),
  ).toMatchObject({
    ok: false,
  });
});

test('an other decision whose subject is not the digest of what it says is refused', () => {
  const signed = text(encodeOtherStatement(otherDecision()));
  expect(parseStatement(bytesOf(signed)).ok).toBe(true);
  expect(parseStatement(bytesOf(signed.replace('"principal":"ada"', '"principal":"eve"')))).toMatchObject({
    ok: false,
  });
  expect(parseStatement(bytesOf(signed.replaceAll('"signer"', '"waiver"')))).toMatchObject({ ok: false });
});

test('paths that are not UTF-8 are written visibly, and no two paths the same', () => {
  const parsed = parseStatement(
    encodeChangeStatement(changeDecision({ unattributed: ['a\uDCFF', 'a\\u{DCFF}', 'plain/ü.txt'] })),
  );
  expect(parsed).toMatchObject({
    statement: { predicate: { unattributed: ['a\\u{DCFF}', 'a\\\\u{DCFF}', 'plain/ü.txt'] } },
  });
});

test('a decision that no verifier would accept is not encoded', () => {
  const code = 'invalid_input';
  const wrong = [
    changeDecision({ waivers: [{ finding: 'F-1', reason: 'broken \uD800 text' }] }),
    changeDecision({ manifest: { id: 'M-1', digest: digestOf({}), body: { other: 1 } } }),
    changeDecision({ expiresAt: 'tomorrow' }),
    changeDecision({ candidate: { digest: 'sha256:00', gitTree: '3'.repeat(40) } }),
  ];
  for (const decision of wrong)
    expect(() => encodeChangeStatement(decision)).toThrow(expect.objectContaining({ code }));
  expect(() => encodeOtherStatement(otherDecision({ decided: { n: Number.NaN } }))).toThrow(
    expect.objectContaining({ code }),
  );
});
