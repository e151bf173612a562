import fc from 'fast-check';
import { hostileJson, hostileText } from './hostile.js';

export const TOOL_NAMES = [
  'ces_manifest',
  'ces_evidence_submit',
  'ces_verify',
  'ces_completion_claim',
  'ces_report_blocked',
  'ces_status',
] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

export interface ToolInput {
  /** May hold `@manifest`, `@evidence`, `@run`: ids that only exist once the project runs. */
  readonly args: Readonly<Record<string, unknown>>;
  /** Made of plain pieces alone: nothing in its words may be refused. */
  readonly plain: boolean;
}

export const NARROW = 'Change the greeting';
export const SENSITIVE = 'Rotate the login passwords';

type Fields = Readonly<Record<string, fc.Arbitrary<unknown>>>;

const manifestId = fc.oneof(
  { weight: 8, arbitrary: fc.constant('@manifest') },
  { weight: 1, arbitrary: fc.constant('M-00000000beef') },
);
const runId = fc.oneof(
  { weight: 4, arbitrary: fc.constant('@run') },
  { weight: 1, arbitrary: fc.constant('V-00000000beef') },
);
const path = fc.constantFrom(
  'src/a.js',
  'src/b.js',
  'src/new.js',
  'docs/notes.md',
  'README.md',
  'src/broken',
  'no/such',
);
const criterion = fc.constantFrom('AC-1', 'AC-1', 'AC-1', 'AC-2', 'AC-9');
const text = fc.constantFrom('It is done', 'The greeting is in Latin', 'See src/a.js');
const scope = fc.constantFrom(['src/**'], ['src/a.js'], ['src/a.js', 'src/new.js'], ['**'], ['docs/**', 'src/**'], []);

const OBJECTIVE: Fields = { objective: fc.constantFrom(NARROW, NARROW, SENSITIVE, 'Something else', '   ') };
const FIELDS: Readonly<Record<ToolName, { required: Fields; optional: Fields }>> = {
  ces_manifest: {
    required: {},
    optional: {
      ...OBJECTIVE,
      scope,
      acceptance_criteria: fc.array(text, { maxLength: 3 }),
      non_goals: fc.array(text, { maxLength: 2 }),
      checks: fc.constantFrom(['quick'], [], ['nosuch']),
      wait_seconds: fc.constant(0),
      amend: fc.record(
        {
          reason: text,
          scope: fc.constantFrom(['docs/**'], ['README.md'], []),
          acceptance_criteria: fc.array(text, { maxLength: 2 }),
        },
        { requiredKeys: ['reason'] },
      ),
    },
  },
  ces_evidence_submit: {
    required: {
      manifest_id: manifestId,
      criteria: fc.array(criterion, { minLength: 1, maxLength: 3 }),
      kind: fc.constantFrom('file', 'command', 'observation', 'exploration'),
      summary: text,
    },
    optional: { path, argv: fc.constantFrom(['npm', 'test'], ['true']), exit_code: fc.constantFrom(0, 1, 137) },
  },
  ces_verify: {
    required: {},
    optional: {
      manifest_id: manifestId,
      checks: fc.constantFrom(['quick'], [], ['nosuch']),
      run_id: runId,
      cancel: fc.boolean(),
      wait_seconds: fc.constantFrom(0, 1, 100),
    },
  },
  ces_completion_claim: {
    required: {
      manifest_id: manifestId,
      summary: text,
      files_changed: fc.array(path, { maxLength: 3 }),
      criteria: fc.array(
        fc.record({ id: criterion, evidence: fc.constantFrom(['@evidence'], [], ['E-00000000beef']) }),
        { maxLength: 2 },
      ),
    },
    optional: {
      dependency_changes: fc.constant([{ path: 'package.json', package: 'left-pad', rationale: 'It pads' }]),
      complexity: text,
      open_questions: fc.array(text, { maxLength: 1 }),
      scope_deviations: fc.array(text, { maxLength: 1 }),
    },
  },
  ces_report_blocked: { required: { reason: text, needs: text }, optional: { manifest_id: manifestId } },
  ces_status: {
    required: {},
    optional: {
      paths: fc.array(fc.constantFrom('src/a.js', '.ces/state.db', 'docs/notes.md', '.git/config'), { maxLength: 3 }),
      command: fc.constantFrom('ls', 'echo x > src/a.js', 'rm -rf .ces', 'ces approve', 'eval "$X"', 'cat <<E\nx\nE'),
    },
  },
};

/** Inputs of a tool, two thirds of them valid by its schema: plain ones, and ones with hostile text where any text may stand. */
export function toolInput(tool: ToolName): fc.Arbitrary<ToolInput> {
  const { required, optional } = FIELDS[tool];
  const valid = fc.record<Record<string, unknown>>(
    { ...required, ...optional },
    { requiredKeys: Object.keys(required) },
  );
  const keys = Object.keys({ ...required, ...optional });
  return fc.oneof(
    { weight: 14, arbitrary: valid.map((args) => ({ args, plain: true })) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(valid, fc.nat(), hostileText)
        .map(([args, at, put]) => ({ args: replaceText(args, at, put), plain: false })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(valid, fc.constantFrom(...keys), hostileJson)
        .map(([args, key, put]) => ({ args: { ...args, [key]: put }, plain: false })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(valid, fc.constantFrom('extra', 'constructor', ''), hostileJson)
        .map(([args, key, put]) => ({ args: withKey(args, key, put), plain: false })),
    },
    // A field called `__proto__` is gone before any tool sees it: the SDK's own parsing leaves it out.
    {
      weight: 1,
      arbitrary: hostileJson.map((value) => ({
        args: isRecord(value) && !Object.hasOwn(value, '__proto__') ? value : { value },
        plain: false,
      })),
    },
  );
}

/** Puts a text in the place of one of the texts anywhere in it. */
function replaceText(args: Readonly<Record<string, unknown>>, at: number, put: string): Record<string, unknown> {
  const count = countTexts(args);
  let left = count === 0 ? 0 : at % count;
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') {
      left -= 1;
      return left === -1 ? put : value;
    }
    if (Array.isArray(value)) return value.map(walk);
    return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item)])) : value;
  };
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, walk(value)]));
}

function countTexts(value: unknown): number {
  if (typeof value === 'string') return 1;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, item) => sum + countTexts(item), 0);
}

function withKey(args: Readonly<Record<string, unknown>>, key: string, value: unknown): Record<string, unknown> {
  const made = { ...args };
  define(made, key, value);
  return made;
}

// An own field of any name, as JSON.parse makes it; assigning `__proto__` would do something else.
function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

/** The same value with the symbols replaced by ids. */
export function resolveIds(value: unknown, ids: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') return ids[value] ?? value;
  if (Array.isArray(value)) return value.map((item) => resolveIds(item, ids));
  if (!isRecord(value)) return value;
  const made: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) define(made, key, resolveIds(item, ids));
  return made;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
