import { expect, test } from 'vitest';
import {
  type ApprovalQuestion,
  type DecisionQuestion,
  type JudgedSignature,
  judgeApproval,
  judgeDecision,
} from '../../../src/core/approval/check-approval.js';
import { encodeChangeStatement, encodeOtherStatement, parseStatement } from '../../../src/core/approval/statement.js';
import type { Statement } from '../../../src/core/approval/statement-schema.js';
import { changeDecision, digestFor, otherDecision } from '../../support/decisions.js';

function read(bytes: Uint8Array): Statement {
  const parsed = parseStatement(bytes);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.statement;
}

const valid: JudgedSignature = { valid: true, signer: 'ada' };
const decision = changeDecision();
const fitting: ApprovalQuestion = {
  statement: read(encodeChangeStatement(decision)),
  signatureVerdict: valid,
  currentBase: decision.base,
  currentCandidate: decision.candidate,
  project: decision.project,
  now: '2030-01-02T00:00:00.000Z',
  manifestDigest: decision.manifest.digest,
};

test.each<[string, string, Partial<ApprovalQuestion>]>([
  ['approved', 'everything fits', {}],
  ['approved', 'no manifest is asked about', { manifestDigest: undefined }],
  ['forged', 'the signature does not hold', { signatureVerdict: { valid: false, reason: 'no' } }],
  [
    'forged',
    'nothing fits and the signature does not hold',
    { signatureVerdict: { valid: false, reason: 'no' }, project: 'x' },
  ],
  ['wrong_project', 'it is replayed in another project', { project: 'proj-other' }],
  ['wrong_base', 'HEAD is another commit', { currentBase: { ...decision.base, commit: '9'.repeat(40) } }],
  ['wrong_base', 'HEAD is gone', { currentBase: { ...decision.base, commit: null } }],
  ['wrong_base', 'the base tree differs', { currentBase: { ...decision.base, digest: digestFor('other') } }],
  ['wrong_base', 'the base has another git tree', { currentBase: { ...decision.base, gitTree: '9'.repeat(40) } }],
  [
    'wrong_base',
    'trees alone are compared and differ',
    { currentBase: { digest: digestFor('other'), gitTree: decision.base.gitTree } },
  ],
  [
    'approved',
    'trees alone are compared and fit',
    { currentBase: { digest: decision.base.digest, gitTree: decision.base.gitTree } },
  ],
  ['stale', 'one byte changed', { currentCandidate: { ...decision.candidate, digest: digestFor('other') } }],
  ['stale', 'git would commit another tree', { currentCandidate: { ...decision.candidate, gitTree: '9'.repeat(40) } }],
  ['wrong_manifest', 'the manifest was amended', { manifestDigest: digestFor('amended') }],
  ['expired', 'its time is over', { now: '2030-01-08T00:00:00.000Z' }],
  ['approved', 'its time is over and it landed before', { now: '2031-01-08T00:00:00.000Z', landed: true }],
  ['not_yet', 'it was signed in the future', { now: '2029-12-31T00:00:00.000Z' }],
  ['not_yet', 'the clock can not be read', { now: 'soon' }],
  ['wrong_kind', 'it decides something else', { statement: read(encodeOtherStatement(otherDecision())) }],
])('says %s when %s', (status, _when, changed) => {
  expect(judgeApproval({ ...fitting, ...changed })).toMatchObject({ status, reason: expect.stringMatching(/./) });
});

test('a decision about something else holds for exactly that, in its project and its time', () => {
  const other = otherDecision({ expiresAt: '2030-01-02T00:00:00.000Z' });
  const question: DecisionQuestion = {
    statement: read(encodeOtherStatement(other)),
    signatureVerdict: valid,
    kind: other.kind,
    decided: other.decided,
    project: other.project,
    now: '2030-01-01T12:00:00.000Z',
  };
  const ask = (changed: Partial<DecisionQuestion>): string => judgeDecision({ ...question, ...changed }).status;
  expect(ask({})).toBe('approved');
  expect(ask({ decided: { ...other.decided, principal: 'eve' } })).toBe('stale');
  expect(ask({ kind: 'waiver' })).toBe('wrong_kind');
  expect(ask({ statement: fitting.statement })).toBe('wrong_kind');
  expect(ask({ project: 'proj-other' })).toBe('wrong_project');
  expect(ask({ now: '2030-01-03T00:00:00.000Z' })).toBe('expired');
  expect(judgeDecision({ ...question, signatureVerdict: { valid: false, reason: 'no' } }).status).toBe('forged');
});
