import canonicalize from 'canonicalize';
import { z } from 'zod';
import { CesError } from '../errors.js';
import { digestOf } from '../ledger/entry.js';
import type { CheckResult } from '../verification/check.js';
import {
  type ChangePredicate,
  type CheckSummary,
  changeStatementSchema,
  type OtherKind,
  type OtherPredicate,
  otherStatementSchema,
  PREDICATE_TYPE,
  STATEMENT_TYPE,
  type Statement,
} from './statement-schema.js';
import { escapePath } from './text.js';

const SIZE_LIMIT = 8 * 1024 * 1024;

/** What `approve` says of a finished change. Paths as the trees hold them; `manifest.body` is any JSON object. */
export interface ChangeDecision extends Omit<ChangePredicate, 'kind' | 'manifest'> {
  readonly manifest: { readonly id: string; readonly digest: string; readonly body: object };
  readonly candidate: { readonly digest: string; readonly gitTree: string };
}

/** What `approve` says of anything else; `decided` is the whole of it, as JSON. */
export interface OtherDecision extends Omit<OtherPredicate, 'kind' | 'decided'> {
  readonly kind: OtherKind;
  readonly decided: object;
}

export type ParsedStatement =
  | { readonly ok: true; readonly statement: Statement }
  | { readonly ok: false; readonly reason: string };

/** The exact bytes to sign for a change. Refuses what no verifier would accept (`invalid_input`). */
export function encodeChangeStatement(decision: ChangeDecision): Uint8Array {
  const { candidate, ...rest } = decision;
  return encode({
    _type: STATEMENT_TYPE,
    subject: [
      { name: 'candidate', digest: { sha256: candidate.digest.replace(/^sha256:/, '') } },
      { name: 'gitTree', digest: { gitTree: candidate.gitTree } },
    ],
    predicateType: PREDICATE_TYPE,
    predicate: { ...rest, kind: 'change', unattributed: decision.unattributed.map(escapePath) },
  });
}

/** The exact bytes to sign for any other decision. Refuses what no verifier would accept (`invalid_input`). */
export function encodeOtherStatement(decision: OtherDecision): Uint8Array {
  const { kind, project, ledger, decided } = decision;
  const sha256 = digestOfDecided({ kind, project, ledger, decided }).replace(/^sha256:/, '');
  return encode({
    _type: STATEMENT_TYPE,
    subject: [{ name: kind, digest: { sha256 } }],
    predicateType: PREDICATE_TYPE,
    predicate: decision,
  });
}

/** `sha256:` of what is decided together with its kind, project and ledger head: the subject of an `OtherDecision`. */
export function digestOfDecided(input: Pick<OtherDecision, 'kind' | 'project' | 'ledger' | 'decided'>): string {
  try {
    return digestOf(input);
  } catch (cause) {
    throw notSignable('it holds text or numbers that canonical JSON has no form for', cause);
  }
}

/** What a statement keeps of a check's result. */
export function summarizeCheck(result: CheckResult): CheckSummary {
  const { id, required, status, exitCode, tests, containment } = result;
  return { id, required, status, exitCode, tests, containment };
}

/**
 * Reads a statement. Refuses unknown fields, another type, digests that do not belong to the bodies beside them, and any
 * bytes that are not the canonical form of what they say, so that one meaning has one encoding.
 */
export function parseStatement(bytes: Uint8Array): ParsedStatement {
  if (bytes.length > SIZE_LIMIT) return { ok: false, reason: `it is larger than ${SIZE_LIMIT} bytes` };
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const parsed = z.union([changeStatementSchema, otherStatementSchema]).safeParse(JSON.parse(text));
    if (!parsed.success) return { ok: false, reason: 'its fields are not those of an approval statement' };
    const statement = parsed.data;
    if (canonicalize(statement) !== text) return { ok: false, reason: 'it is not in canonical form' };
    const mismatch = findMismatch(statement);
    return mismatch === null ? { ok: true, statement } : { ok: false, reason: mismatch };
  } catch {
    return { ok: false, reason: 'it is not JSON in UTF-8' };
  }
}

/** True for a statement about a finished change. */
export function isChangeStatement(
  statement: Statement,
): statement is Extract<Statement, { predicate: { kind: 'change' } }> {
  return statement.predicate.kind === 'change';
}

function findMismatch(statement: Statement): string | null {
  const { predicate } = statement;
  if (predicate.kind === 'change') {
    const { digest, body } = predicate.manifest;
    return digestOf(body) === digest ? null : 'its manifest digest is not that of its manifest';
  }
  const [subject] = statement.subject;
  if (subject.name !== predicate.kind) return 'its subject is of another kind';
  const { kind, project, ledger, decided } = predicate;
  const same = digestOfDecided({ kind, project, ledger, decided }) === sha256Of(subject.digest);
  return same ? null : 'its subject is not the digest of what is decided';
}

function sha256Of(digest: { sha256: string }): string {
  return `sha256:${digest.sha256}`;
}

function encode(statement: unknown): Uint8Array {
  let text: string | undefined;
  try {
    text = canonicalize(statement);
  } catch (cause) {
    throw notSignable('it holds text or numbers that canonical JSON has no form for', cause);
  }
  const bytes = new TextEncoder().encode(text ?? '');
  const parsed = parseStatement(bytes);
  if (!parsed.ok) throw notSignable(parsed.reason);
  return bytes;
}

function notSignable(why: string, cause?: unknown): CesError {
  return new CesError('invalid_input', `This decision can't be signed: ${why}.`, 'Run `ces why`.', cause);
}
