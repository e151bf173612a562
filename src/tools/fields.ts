import { z } from 'zod';
import { FINDING_KINDS, SEVERITIES } from '../core/claim/finding.js';
import { MANIFEST_STATES } from '../core/manifest/manifest.js';

/** Text of at most `max` characters that a person could have written: not empty, no NUL, no half characters. */
export function text(max: number, description: string) {
  return (
    z
      .string()
      .min(1)
      .max(max)
      .refine((value) => !value.includes('\0'), { error: 'must not hold NUL characters' })
      // Half of a character has no UTF-8 and no canonical form: nothing that is hashed may hold one.
      .refine((value) => value.isWellFormed(), { error: 'must not hold half of a character (a lone surrogate)' })
      .describe(description)
  );
}

/** A path relative to the root, with `/`. */
export function path(description: string) {
  return text(4096, description).refine(
    (value) => !value.startsWith('/') && !/^[A-Za-z]:[\\/]/.test(value) && !value.split('/').includes('..'),
    {
      error: 'must be relative to the root and stay below it',
    },
  );
}

export function list<T extends z.ZodType>(item: T, max: number, description: string) {
  return z.array(item).max(max).describe(description);
}

export const glob = path('A glob below the root, such as src/health/**');
export const manifestId = z
  .string()
  .regex(/^M-[0-9a-f]{12}$/, { error: 'must look like M-0123456789ab' })
  .describe('Id of the manifest, as ces_manifest gave it');
export const runId = z.string().regex(/^V-[0-9a-f]{12}$/, { error: 'must look like V-0123456789ab' });
export const waitSeconds = z.number().int().min(0).max(120);
export const checkId = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, { error: 'must be the id of a check' });
export const criterionId = z
  .string()
  .regex(/^AC-\d{1,4}$/, { error: 'must look like AC-1' })
  .describe('Id of a criterion of the manifest');
export const evidenceId = z.string().regex(/^E-[0-9a-f]{12}$/, { error: 'must look like E-0123456789ab' });

export const state = z.enum(MANIFEST_STATES);
export const next = z.string().describe('What to do now');
export const findings = z.array(
  z.strictObject({
    id: z.string(),
    kind: z.enum(FINDING_KINDS),
    severity: z.enum(SEVERITIES),
    message: z.string(),
    fix: z.string(),
    path: z.string().optional(),
    line: z.number().optional(),
    criterion: z.string().optional(),
    check: z.string().optional(),
  }),
);
