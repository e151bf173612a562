import { z } from 'zod';
import { CesError } from '../errors.js';
import type { CheckSpec } from './check.js';

export const PROFILE_PATH = '.ces/verification-profile.json';

export const DEFAULT_TIMEOUT_MS = 600_000;

const HINT = `Correct ${PROFILE_PATH}; \`ces profile detect\` shows what would be detected.`;

const folderInside = z
  .string()
  .refine(
    (path) => !path.startsWith('/') && !path.includes('\\') && !path.includes('\0') && !path.split('/').includes('..'),
    {
      error: 'must stay inside the project',
    },
  );

const argvPart = z.string().refine((part) => !part.includes('\0'), { error: 'must not hold NUL' });

const checkSchema = z.strictObject({
  status: z.enum(['required', 'optional', 'advisory', 'unavailable']),
  configured: z.boolean().optional(),
  reason: z.string().optional(),
  argv: z.array(argvPart).min(1).optional(),
  cwd: folderInside.optional(),
  timeout_seconds: z.number().int().min(1).max(86_400).optional(),
  parser: z.enum(['exit-code', 'vitest-json', 'jest-json', 'junit', 'tsc', 'eslint-json', 'mocha-json']).optional(),
  env: z.array(z.string().regex(/^[A-Za-z_]\w*$/)).optional(),
  by_products: z.array(z.string()).optional(),
});

const profileSchema = z.strictObject({
  version: z.literal(1),
  checks: z.record(z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/), checkSchema),
});

export type VerificationProfile = z.infer<typeof profileSchema>;

/** Reads the profile's text. Refuses `invalid_input`, naming field and value, for anything that version 1 does not know. */
export function parseProfile(text: string): VerificationProfile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new CesError('invalid_input', `${PROFILE_PATH} is not JSON.`, HINT, error);
  }
  const parsed = profileSchema.safeParse(json, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.').slice(0, 200) || 'the whole file';
  const value = issue?.input === undefined ? '' : ` (found ${JSON.stringify(issue.input)?.slice(0, 80)})`;
  throw new CesError(
    'invalid_input',
    `${PROFILE_PATH}: ${field}: ${issue?.message.slice(0, 300) ?? 'invalid'}${value}.`,
    HINT,
  );
}

/**
 * The profile's checks, complete: what a check leaves out comes from the detected one of the same name. A check that the
 * profile does not name is not run. Refuses `invalid_input` for a check that neither side says how to run.
 */
export function checksFromProfile(profile: VerificationProfile, detected: readonly CheckSpec[]): readonly CheckSpec[] {
  return Object.entries(profile.checks).map(([id, check]) => {
    const known = check.argv === undefined ? detected.find((spec) => spec.id === id) : undefined;
    const argv = check.argv ?? known?.argv ?? [];
    if (argv.length === 0 && check.status !== 'unavailable') {
      throw new CesError('invalid_input', `${PROFILE_PATH}: checks.${id} has no argv, and none was detected.`, HINT);
    }
    return {
      id,
      argv,
      cwd: check.cwd ?? known?.cwd ?? '.',
      timeoutMs:
        check.timeout_seconds === undefined ? (known?.timeoutMs ?? DEFAULT_TIMEOUT_MS) : check.timeout_seconds * 1000,
      status: check.status,
      parser: check.parser ?? known?.parser ?? 'exit-code',
      env: check.env ?? known?.env ?? [],
      byProducts: check.by_products ?? known?.byProducts ?? [],
      reason: check.reason ?? known?.reason ?? `named in ${PROFILE_PATH}`,
    };
  });
}
