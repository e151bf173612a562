import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** Who acted, as far as CES itself knows: by the surface that was used, never by what was said. */
export type Principal = 'operator' | 'agent' | 'runtime' | 'ces';
export type Channel = 'mcp' | 'cli' | 'hook' | 'server';

/** Everything that is ever recorded. */
export const ENTRY_TYPES = [
  'project.initialized',
  'scan.recorded',
  'session.started',
  'session.ended',
  'manifest.proposed',
  'manifest.transition',
  'manifest.amended',
  'amendment.requested',
  'amendment.decided',
  'evidence.submitted',
  'run.started',
  'run.finished',
  'claim.judged',
  'blocked.reported',
  'decision.signed',
  'decision.rejected',
  'attempt.refused',
  'watch.gap',
  'scope.asked',
] as const;
export type EntryType = (typeof ENTRY_TYPES)[number];

export interface EntryInput {
  readonly type: EntryType;
  readonly principal: Principal;
  readonly channel: Channel;
  readonly session: string | null;
  /** One line for people; no secrets, no agent's text longer than it need be. */
  readonly summary: string;
  /** What happened, as data. Records are named by kind, id and digest, so that a changed row shows. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Format 1. Changing what is hashed needs a new `v`. */
export interface LedgerEntry extends EntryInput {
  readonly v: 1;
  readonly sequence: number;
  /** Hex hash of the entry before; 64 zeros for the first. */
  readonly previous: string;
  readonly at: string;
}

export const GENESIS = '0'.repeat(64);

/** The canonical bytes of an entry (RFC 8785), which are stored once and hashed. */
export function encodeEntry(entry: LedgerEntry): string {
  return encodeCanonical(entry);
}

/** SHA-256 of an entry's bytes, in hex. The bytes hold `previous`, so this is the chain. */
export function hashEntry(bytes: string): string {
  return createHash('sha256').update(bytes, 'utf8').digest('hex');
}

/** `sha256:<hex>` of any JSON value in canonical form. */
export function digestOf(value: unknown): string {
  return `sha256:${hashEntry(encodeCanonical(value))}`;
}

// RFC 8785 has no form for a lone surrogate, and a file's name may hold one (a byte that is no UTF-8): it is spelled out.
function encodeCanonical(value: unknown): string {
  const bytes = canonicalize(isWellFormed(value) ? value : spellOut(value));
  if (bytes === undefined) throw new TypeError('Only JSON has a canonical form.');
  return bytes;
}

function isWellFormed(value: unknown): boolean {
  return JSON.stringify(value)?.search(/\\ud[89a-f][0-9a-f]{2}/) === -1;
}

function spellOut(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\p{Cs}/gu, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
  if (Array.isArray(value)) return value.map(spellOut);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [String(spellOut(key)), spellOut(inner)]));
}
