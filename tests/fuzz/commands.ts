import fc from 'fast-check';
import { NARROW, SENSITIVE, TOOL_NAMES, type ToolInput, type ToolName, toolInput } from './tool-inputs.js';
import { callTool, decide, type World } from './world.js';

/** One step of a sequence; the model and the real project are both in the world. */
export type Step = fc.AsyncCommand<World, World>;

function step(name: string, run: (world: World) => Promise<void> | void): Step {
  return { check: () => true, run: async (world) => run(world), toString: () => name };
}

const PATHS = ['src/a.js', 'src/b.js', 'src/new.js', 'docs/notes.md', 'README.md'];

/** Any call of any tool; more of those that no honest work holds, so that each is called as often as the others. */
const anyCall: fc.Arbitrary<Step> = fc
  .constantFrom<ToolName>(...TOOL_NAMES, ...TOOL_NAMES, 'ces_report_blocked', 'ces_status', 'ces_status')
  .chain((tool) => toolInput(tool).map((input) => call(tool, input)));

function call(tool: ToolName, input: ToolInput): Step {
  return step(`${tool} ${JSON.stringify(input.args).slice(0, 300)}`, (world) => callTool(world, tool, input));
}

const honest = (tool: ToolName, make: (world: World) => Readonly<Record<string, unknown>>): Step =>
  step(`honest ${tool}`, (world) => callTool(world, tool, { args: make(world), plain: true }));

const allCriteria = ({ model }: World): string[] =>
  Array.from({ length: model.criteria }, (_, index) => `AC-${index + 1}`);

/** What an agent does that works as it should: without these, chance never finishes any work. */
const HONEST: readonly Step[] = [
  honest('ces_manifest', () => ({ objective: NARROW, scope: ['src/**'], acceptance_criteria: ['It is done'] })),
  honest('ces_evidence_submit', (world) => ({
    manifest_id: '@manifest',
    criteria: allCriteria(world)
      .slice(0, 20)
      .concat(world.model.criteria === 0 ? ['AC-1'] : []),
    kind: 'observation',
    summary: 'Seen',
  })),
  honest('ces_verify', () => ({})),
  honest('ces_completion_claim', (world) => ({
    manifest_id: '@manifest',
    summary: 'Done',
    files_changed: world.model.changed,
    criteria: allCriteria(world).map((id) => ({ id, evidence: ['@evidence'] })),
  })),
];

/** Out of wherever the last piece of work ended. */
const startOver = (objective: string): Step =>
  step(`start over: ${objective}`, async (world) => {
    if (!world.model.isFinal) await decide(world, 'cancel');
    await callTool(world, 'ces_manifest', {
      args: { objective, scope: ['src/**'], acceptance_criteria: ['It is done'] },
      plain: true,
    });
  });

const finish = step('finish the work honestly', async (world) => {
  for (const part of HONEST) await part.run(world, world);
});

const edit = fc
  .tuple(fc.constantFrom(...PATHS, 'src/broken'), fc.oneof(fc.constantFrom('one\n', 'two\n', ''), fc.constant(null)))
  .map(([path, content]) =>
    step(`write ${path}`, ({ project, model }) => {
      project.write(path, content);
      if (content === null) model.files.delete(path);
      else model.files.set(path, content);
    }),
  );

const commit = step('commit', ({ project, model }) => {
  project.commitAll();
  model.commit();
});

const restore = step('put everything back', ({ project, model }) => {
  for (const path of model.restore()) project.write(path, model.files.get(path) ?? null);
});

/** Sequences of an agent's calls, edits, and what the operator decides. */
export const steps: readonly fc.Arbitrary<Step>[] = [
  ...Array.from({ length: 9 }, () => anyCall),
  fc.constantFrom(...HONEST),
  fc.constantFrom(startOver(NARROW), startOver(NARROW), startOver(SENSITIVE)),
  fc.constant(finish),
  edit,
  fc.constantFrom(commit, restore, restore),
  fc
    .constantFrom<'approve' | 'reject' | 'cancel'>('approve', 'approve', 'reject', 'cancel')
    .map((how) => step(how, (world) => decide(world, how))),
];
