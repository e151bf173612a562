import { z } from 'zod';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PREDICATE_TYPE = 'https://controlled-execution-system.dev/approval/v1';
/** The SSHSIG namespace of every approval. */
export const SIGNATURE_NAMESPACE = 'ces-approval';

export const OTHER_KINDS = [
  'manifest',
  'amendment',
  'signer',
  'waiver',
  'halt-lift',
  'rebaseline',
  'emergency',
] as const;
export type OtherKind = (typeof OTHER_KINDS)[number];

const hex64 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits');
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256:<64 hex digits>');
const gitId = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'must be a full git object id');
const count = z.int().min(0);
const time = z.iso.datetime({ precision: 3 });
const text = z.string().min(1);
const json = z.record(z.string(), z.json());

const ledgerSchema = z.strictObject({ sequence: count, head: hex64 });

const checkSummarySchema = z.strictObject({
  id: text,
  required: z.boolean(),
  status: z.enum(['pass', 'fail', 'inconclusive']),
  exitCode: z.int().nullable(),
  tests: z.strictObject({ total: count, passed: count, failed: count, skipped: count }).nullable(),
  containment: z.enum(['bubblewrap', 'seatbelt', 'none']),
});
export type CheckSummary = z.infer<typeof checkSummarySchema>;

const residueSchema = z.strictObject({
  class: z.enum(['dependency', 'executable', 'git', 'state', 'special', 'other']),
  created: count,
  modified: count,
  deleted: count,
});

export const changePredicateSchema = z.strictObject({
  kind: z.literal('change'),
  decision: z.literal('approve'),
  project: text,
  base: z.strictObject({ commit: gitId.nullable(), digest, gitTree: gitId }),
  diffDigest: digest,
  manifest: z.strictObject({ id: text, digest, body: json }),
  verification: z.strictObject({
    runId: text,
    digest,
    verdict: z.enum(['pass', 'fail', 'inconclusive']),
    checks: z.array(checkSummarySchema),
  }),
  evidence: z.array(z.strictObject({ id: text, digest, provenance: z.enum(['reported', 'observed']) })),
  unattributed: z.array(text),
  residue: z.array(residueSchema),
  waivers: z.array(z.strictObject({ finding: text, reason: text })),
  level: z.int().min(0).max(3),
  policy: z.strictObject({ digest, rule: text }),
  ledger: ledgerSchema,
  decidedAt: time,
  expiresAt: time,
});
export type ChangePredicate = z.infer<typeof changePredicateSchema>;

export const otherPredicateSchema = z.strictObject({
  kind: z.enum(OTHER_KINDS),
  decision: z.literal('approve'),
  project: text,
  decided: json,
  ledger: ledgerSchema,
  decidedAt: time,
  expiresAt: time.nullable(),
});
export type OtherPredicate = z.infer<typeof otherPredicateSchema>;

const sha256Subject = z.strictObject({ sha256: hex64 });

export const changeStatementSchema = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.tuple([
    z.strictObject({ name: z.literal('candidate'), digest: sha256Subject }),
    z.strictObject({ name: z.literal('gitTree'), digest: z.strictObject({ gitTree: gitId }) }),
  ]),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: changePredicateSchema,
});
export type ChangeStatement = z.infer<typeof changeStatementSchema>;

export const otherStatementSchema = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.tuple([z.strictObject({ name: z.enum(OTHER_KINDS), digest: sha256Subject })]),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: otherPredicateSchema,
});
export type OtherStatement = z.infer<typeof otherStatementSchema>;

export type Statement = ChangeStatement | OtherStatement;
