import { CesError } from '../../core/errors.js';
import type { Cli, ExitCode } from '../cli.js';
import { checkWithoutCes, lookAndChange, type SignatureCheck } from './closing.js';
import { createPlace, type DemoProject, type Governed, governProject } from './demo-project.js';
import { type FollowedAgent, followAgent } from './follow-agent.js';
import { INTRODUCTION, renderEnd, renderKept } from './frame.js';
import { onInterrupt } from './interrupt.js';
import { approveAsOperator, type SignedChange } from './operator.js';
import { StepFailed, Story } from './story.js';

interface Told {
  readonly governed: Governed;
  readonly agent: FollowedAgent;
  readonly signed: SignedChange;
  readonly check: SignatureCheck;
}

/**
 * Runs the whole loop in a temporary folder and tells it. Exit 1 names the step that did not go as it should; `keep` leaves
 * the folder. A signal ends it early, and ends this process with that signal once everything is gone.
 */
export async function runDemo(cli: Cli, options: { keep: boolean }): Promise<ExitCode> {
  const startedAt = performance.now();
  const story = new Story(cli.out);
  const project = createPlace(cli.env);
  const interrupt = onInterrupt();
  const giveBack = takeOnEnvironment(project.env);
  let told: Told | null = null;
  let failure: { step: string; message: string } | null = null;
  try {
    told = await tellStory(story, project, interrupt.signal);
  } catch (error) {
    if (interrupt.signal.aborted) failure = { step: story.step, message: 'interrupted' };
    else failure = describeFailure(error, story.step);
  } finally {
    giveBack();
    if (!options.keep) await removePlace(project);
  }
  if (interrupt.signal.aborted)
    cli.out.say(options.keep ? `Interrupted; ${project.folder} is kept.` : 'Interrupted; everything is removed.');
  interrupt.finish();
  const seconds = (performance.now() - startedAt) / 1000;
  const kept = options.keep ? project : null;
  cli.out.answer(summarize(story, kept, told, failure, seconds), () =>
    [
      renderEnd(cli.out.colors, failure, seconds),
      ...(kept === null ? [] : [renderKept(kept, told?.signed ?? null)]),
    ].join('\n'),
  );
  return failure === null ? 0 : 1;
}

async function tellStory(story: Story, project: DemoProject, signal: AbortSignal): Promise<Told> {
  story.print(INTRODUCTION);
  story.begin('prepare', 'operator');
  const governed = await governProject(project);
  story.tell('Makes a git repository with tests, puts it under CES, and commits.');
  signal.throwIfAborted();
  const agent = await followAgent(story, project, signal);
  const signed = await approveAsOperator(story, project, governed);
  signal.throwIfAborted();
  const check = await checkWithoutCes(story, project, signed, signal);
  await lookAndChange(story, project, signal);
  return { governed, agent, signed, check };
}

/** What only says that something is missing on this machine is not the demo's failure, and thrown on. */
function describeFailure(error: unknown, step: string): { step: string; message: string } {
  if (error instanceof StepFailed) return { step: error.step, message: error.message };
  if (error instanceof CesError && error.code === 'tool_missing') throw error;
  if (error instanceof CesError) return { step, message: `${error.message} ${error.hint}` };
  return { step, message: error instanceof Error ? error.message : String(error) };
}

function summarize(
  story: Story,
  kept: DemoProject | null,
  told: Told | null,
  failed: { step: string; message: string } | null,
  seconds: number,
): object {
  const { agent, signed, check } = told ?? {};
  return {
    ok: failed === null,
    failed,
    level: agent?.level ?? null,
    containment: agent?.containment ?? null,
    project_id: told?.governed.projectId ?? null,
    manifest_id: agent?.manifestId ?? null,
    decision_id: signed?.decisionId ?? null,
    signature_check: check === undefined ? null : { argv: check.argv, exit_code: check.exitCode, output: check.output },
    processes: agent === undefined ? null : { agent: agent.agentPid, server: agent.serverPid },
    folder: kept?.folder ?? null,
    statement_path: kept === null ? null : (signed?.statementPath ?? null),
    signature_path: kept === null ? null : (signed?.signaturePath ?? null),
    duration_ms: Math.round(seconds * 1000),
    steps: story.steps,
  };
}

// git's configuration, temporary files and hidden folders are found by this process's own environment as well.
function takeOnEnvironment(env: Readonly<Record<string, string>>): () => void {
  const before = { ...process.env };
  const replace = (wanted: NodeJS.ProcessEnv): void => {
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, wanted);
  };
  replace(env);
  return () => replace(before);
}

async function removePlace(project: DemoProject): Promise<void> {
  try {
    await project.remove();
  } catch (error) {
    throw new CesError(
      'state_unwritable',
      `${project.folder} could not be removed.`,
      `Remove it by hand: rm -r ${project.folder}`,
      error,
    );
  }
}
