import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv-provider.js';
import { expect } from 'vitest';
import { TOOLS } from '../../src/tools/index.js';
import { ERROR_CODES } from './error-codes.js';
import type { Answer, FuzzProject } from './fuzz-project.js';
import type { ClaimArgs, Expected, ProjectModel } from './model.js';
import { resolveIds, type ToolInput, type ToolName } from './tool-inputs.js';

/** A project and the model that follows it; `counts` is shared by all projects of one run. */
export interface World {
  readonly project: FuzzProject;
  readonly model: ProjectModel;
  readonly counts: Map<string, Count>;
  /** States in which some call was made. */
  readonly reached: Set<string>;
}

export interface Count {
  calls: number;
  valid: number;
  refused: number;
}

type Args = Readonly<Record<string, unknown>>;

const validator = new AjvJsonSchemaValidator();
const isValid = new Map(TOOLS.map((tool) => [tool.name, validator.getValidator(tool.inputSchema)]));
const WORDING = ['invalid_input', 'not_found', 'path_outside_root', 'unreadable_workspace', 'no_active_manifest'];

/** Calls a tool and holds its answer, and what it did to the state, against the model. */
export async function callTool(world: World, tool: ToolName, input: ToolInput): Promise<void> {
  const { project, model } = world;
  const args = readArgs(resolveIds(input.args, idsOf(model)));
  const valid = isValid.get(tool)?.(args).valid === true;
  const count = world.counts.get(tool) ?? { calls: 0, valid: 0, refused: 0 };
  world.counts.set(tool, count);
  count.calls += 1;
  world.reached.add(model.state);
  if (valid) count.valid += 1;
  const expected: Expected = valid ? expectTool(model, tool, args) : { states: [], refusals: ['invalid_input'] };
  const before = project.state();
  const answer = await project.call(tool, args);
  if (answer.kind === 'refusal') {
    count.refused += 1;
    return expectRefusal(
      world,
      answer,
      before,
      input.plain || !valid ? expected.refusals : [...expected.refusals, ...WORDING],
    );
  }
  // A value that the schema can't describe (a glob, an id that does not exist) may turn an expected refusal of words around.
  expect(valid, `${tool} took ${JSON.stringify(args).slice(0, 500)}`).toBe(true);
  const state = stateOf(project);
  if (tool === 'ces_verify') await project.settle();
  if (input.plain || expected.states.length > 0)
    expect(expected.states, describe(world, tool, args, answer)).toContain(state);
  if (typeof answer.value.state === 'string' && tool !== 'ces_report_blocked') expect(answer.value.state).toBe(state);
  see(world, tool, args, answer, expected);
}

/** Has the operator decide, and holds what came of it against the model. */
export async function decide(world: World, how: 'approve' | 'reject' | 'cancel'): Promise<void> {
  const { project, model } = world;
  const expected = how === 'approve' ? model.expectApprove() : model.expectReject(how === 'cancel');
  const before = project.state();
  const answer = how === 'approve' ? await project.approve() : await project.reject(how === 'cancel');
  if (answer.kind === 'refusal') return expectRefusal(world, answer, before, expected.refusals);
  const state = stateOf(project);
  expect(expected.states, describe(world, how, {}, answer)).toContain(state);
  if (how === 'approve') model.seeApproval(String(answer.value.kind), state);
  else model.seeRejection(how === 'cancel' ? 'cancel' : String(answer.value.kind), state);
}

function expectRefusal(
  world: World,
  answer: Answer & { kind: 'refusal' },
  before: unknown,
  codes: readonly string[],
): void {
  expect(answer.text).not.toMatch(/Internal error|\n\s+at |node_modules/);
  expect(ERROR_CODES).toContain(answer.code);
  expect(codes, `${answer.text.slice(0, 500)} in state ${world.model.state}`).toContain(answer.code);
  expect(world.project.state()).toEqual(before);
}

function expectTool(model: ProjectModel, tool: ToolName, args: Args): Expected {
  switch (tool) {
    case 'ces_manifest':
      return model.expectManifest({
        objective: text(args.objective),
        scope: texts(args.scope),
        checks: texts(args.checks),
        ...wishOf(args),
      });
    case 'ces_evidence_submit':
      return model.expectEvidence({
        manifestId: text(args.manifest_id) ?? '',
        criteria: texts(args.criteria),
        path: text(args.path),
      });
    case 'ces_verify':
      return model.expectVerify({
        cancel: args.cancel === true,
        manifestId: text(args.manifest_id),
        runId: text(args.run_id),
        ...(args.checks === undefined ? {} : { checks: texts(args.checks) }),
      });
    case 'ces_completion_claim':
      return model.expectClaim(text(args.manifest_id) ?? '', claimOf(args));
    case 'ces_report_blocked':
      return model.expectBlocked(text(args.manifest_id));
    case 'ces_status':
      return { states: [model.state], refusals: [] };
  }
}

function see(
  { project, model }: World,
  tool: ToolName,
  args: Args,
  answer: Answer & { kind: 'answer' },
  expected: Expected,
): void {
  const { value } = answer;
  if (tool === 'ces_manifest') {
    const scope = isRecord(value.scope) ? texts(value.scope.allow) : [];
    model.seeManifest(String(value.manifest_id), stateOf(project), list(value.acceptance_criteria).length, scope);
    expect(value.retries_left).toBe(model.retries);
    const { amend } = wishOf(args);
    if (amend !== undefined && isRecord(value.amendment)) model.seeWish(amend, String(value.amendment.id));
  } else if (tool === 'ces_evidence_submit') {
    expect(value.provenance).toBe('reported');
    model.seeEvidence(String(value.evidence_id), texts(args.criteria));
  } else if (tool === 'ces_verify') {
    const all = args.checks === undefined || texts(args.checks).includes('quick');
    const passes = all && model.checkPasses;
    const known = model.runs.some(({ id }) => id === value.run_id);
    if (!known && value.verdict !== 'running')
      expect(value.verdict).toBe(passes ? 'pass' : all ? 'fail' : 'inconclusive');
    if (args.run_id === undefined) model.seeRun(String(value.run_id), passes, true);
    model.state = stateOf(project);
  } else if (tool === 'ces_completion_claim') {
    if (expected.accepted !== 'either')
      expect(value.accepted, JSON.stringify(value.findings).slice(0, 1000)).toBe(expected.accepted);
    model.seeClaim(claimOf(args), value.accepted === true, stateOf(project));
    expect(value.retries_left).toBe(model.retries);
  } else if (tool === 'ces_status') {
    expect(value.state).toBe(model.state);
  } else model.state = stateOf(project);
}

/** The newest manifest's state as the database has it. */
export function stateOf(project: FuzzProject): string {
  return project.agent.store.read.manifests()[0]?.state ?? 'none';
}

function idsOf(model: ProjectModel): Readonly<Record<string, string>> {
  return {
    '@manifest': model.manifestId === '' ? 'M-000000000000' : model.manifestId,
    '@evidence': model.evidenceIds.at(-1) ?? 'E-000000000000',
    '@run': model.runs.at(-1)?.id ?? 'V-000000000000',
  };
}

function claimOf(args: Args): ClaimArgs {
  const { manifest_id: _, ...claim } = args;
  return {
    files: texts(args.files_changed).map((path) => path.replace(/^\.\//, '')),
    criteria: list(args.criteria).map((entry) =>
      isRecord(entry) ? { id: String(entry.id), evidence: texts(entry.evidence) } : { id: '', evidence: [] },
    ),
    more: ['dependency_changes', 'open_questions', 'scope_deviations'].some((key) => list(args[key]).length > 0),
    key: JSON.stringify(Object.entries(claim).sort()),
  };
}

function wishOf(args: Args): { amend?: { scope: readonly string[]; criteria: number } } {
  if (!isRecord(args.amend)) return {};
  return { amend: { scope: texts(args.amend.scope), criteria: list(args.amend.acceptance_criteria).length } };
}

function describe(world: World, what: string, args: Args, answer: Answer): string {
  return `${what} ${JSON.stringify(args).slice(0, 500)} from ${world.model.state}: ${JSON.stringify(answer).slice(0, 800)}`;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const texts = (value: unknown): readonly string[] => list(value).map(String);

function readArgs(value: unknown): Args {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Args {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
