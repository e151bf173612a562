import { parseDocument, stringify } from 'yaml';
import { CesError } from './errors.js';
import { type PolicyFile, policySchema } from './policy/policy.js';

export const POLICY_PATH = '.ces/policy.yaml';
export const PROFILE_PATH = '.ces/verification-profile.json';
export const SIGNERS_PATH = '.ces/allowed_signers';

/** Reads `.ces/policy.yaml`; refuses (`invalid_input`) what does not parse or has unknown fields. */
export function parsePolicy(text: string): PolicyFile {
  const document = parseDocument(text);
  const parsed = policySchema.safeParse(document.errors.length === 0 ? document.toJS() : undefined);
  if (parsed.success) return parsed.data;
  const problem =
    document.errors[0]?.message ??
    parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new CesError(
    'invalid_input',
    `${POLICY_PATH} is not a policy: ${problem}`,
    'Mend it, or remove it to use the built-in rules.',
  );
}

/** The policy that `ces init` writes: the built-in rules, spelled out. */
export function renderPolicy(projectId: string): string {
  const head =
    '# What CES may decide by itself, and what waits for you. It counts as of the base commit, once you have pinned it.\n' +
    '# never: the operator authorizes; narrow: the policy does where the scope is narrow; always: the policy does.\n';
  return (
    head +
    stringify({
      version: 1,
      project_id: projectId,
      authorize: { A: 'never', B: 'narrow', C: 'narrow' },
      narrow_scope: { max_files: 60 },
      max_retries: 3,
      protected_paths: [],
    })
  );
}
