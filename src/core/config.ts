import { parseDocument, stringify } from 'yaml';
import { CesError } from './errors.js';
import { type PolicyFile, policySchema } from './policy/policy.js';

export const POLICY_PATH = '.ces/policy.yaml';

// Text that opens thousands of anchors takes time that grows with its square.
const SIZE_LIMIT = 64 * 1024;

/** Reads `.ces/policy.yaml`; refuses (`invalid_input`) what does not parse or has unknown fields. */
export function parsePolicy(text: string): PolicyFile {
  const { value, problem: unread } = readYaml(text);
  const parsed = policySchema.safeParse(value);
  if (unread === null && parsed.success) return parsed.data;
  const problem =
    unread ?? parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ') ?? '';
  throw new CesError(
    'invalid_input',
    `${POLICY_PATH} is not a policy: ${problem.slice(0, 500)}`,
    'Mend it, or remove it to use the built-in rules.',
  );
}

// Aliases are only followed here: one that leads nowhere, or multiplies, shows itself when the value is made.
function readYaml(text: string): { value: unknown; problem: string | null } {
  if (text.length > SIZE_LIMIT) return { value: null, problem: `it is larger than ${SIZE_LIMIT} characters` };
  try {
    // Its warnings would be Node's, on the operator's terminal.
    const document = parseDocument(text, { logLevel: 'error' });
    const [error] = document.errors;
    return error === undefined ? { value: document.toJS(), problem: null } : { value: null, problem: error.message };
  } catch (error) {
    return { value: null, problem: error instanceof Error ? error.message : 'it can not be read' };
  }
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
