import { createHash } from 'node:crypto';
import type { ChangeDecision, OtherDecision } from '../../src/core/approval/statement.js';
import { digestOf } from '../../src/core/ledger/entry.js';

/** `sha256:` of any text. */
export function digestFor(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** A whole decision about a finished change. */
export function changeDecision(changed: Partial<ChangeDecision> = {}): ChangeDecision {
  const body = {
    id: 'M-0123456789ab',
    objective: 'Greet in Latin',
    scope: { allow: ['src/**'], deny: [] },
    version: 1,
  };
  return {
    decision: 'approve',
    project: 'proj-0123456789abcdef01234567',
    base: { commit: '1'.repeat(40), digest: digestFor('base'), gitTree: '2'.repeat(40) },
    candidate: { digest: digestFor('candidate'), gitTree: '3'.repeat(40) },
    diffDigest: digestFor('diff'),
    manifest: { id: 'M-0123456789ab', digest: digestOf(body), body },
    verification: {
      runId: 'V-0123456789ab',
      digest: digestFor('run'),
      verdict: 'pass',
      checks: [
        {
          id: 'test',
          required: true,
          status: 'pass',
          exitCode: 0,
          tests: { total: 3, passed: 3, failed: 0, skipped: 0 },
          containment: 'none',
        },
      ],
    },
    evidence: [{ id: 'E-0123456789ab', digest: digestFor('evidence'), provenance: 'reported' }],
    unattributed: ['notes.txt'],
    residue: [{ class: 'dependency', created: 2, modified: 0, deleted: 0 }],
    waivers: [{ finding: 'F-0123456789ab', reason: 'known and harmless' }],
    level: 1,
    policy: { digest: digestFor('policy'), rule: 'authorize.C=narrow' },
    ledger: { sequence: 12, head: 'a'.repeat(64) },
    decidedAt: '2030-01-01T00:00:00.000Z',
    expiresAt: '2030-01-08T00:00:00.000Z',
    ...changed,
  };
}

/** A whole decision about something else. */
export function otherDecision(changed: Partial<OtherDecision> = {}): OtherDecision {
  return {
    kind: 'signer',
    decision: 'approve',
    project: 'proj-0123456789abcdef01234567',
    decided: { principal: 'ada', fingerprint: 'SHA256:x' },
    ledger: { sequence: 3, head: 'b'.repeat(64) },
    decidedAt: '2030-01-01T00:00:00.000Z',
    expiresAt: null,
    ...changed,
  };
}
