import { type AgentProcess, startAgent } from './agent-process.js';
import type { DemoProject } from './demo-project.js';
import type { Story } from './story.js';
import { type AgentPart, createAgentTeller } from './tell-agent.js';

export interface FollowedAgent extends AgentPart {
  readonly agentPid: number;
  readonly serverPid: number;
}

/** Lets the agent work to its end and tells what it does and what CES answers. Nothing of it runs when this returns or throws. */
export async function followAgent(story: Story, project: DemoProject, signal: AbortSignal): Promise<FollowedAgent> {
  story.begin('connect', 'agent');
  const agent = startAgent({ root: project.root, env: project.env, signal });
  const teller = createAgentTeller(story);
  let serverPid = 0;
  try {
    serverPid = await tellAll(story, agent, teller);
  } catch (error) {
    await agent.stop();
    throw error;
  }
  const code = await agent.stop();
  signal.throwIfAborted();
  story.begin('leave', 'agent');
  story.tell('ends, and with it the server and its watcher.');
  story.expect(code === 0, `an agent that ends in good order, instead of with ${code}`);
  return { ...teller.part(), agentPid: agent.pid, serverPid };
}

async function tellAll(
  story: Story,
  agent: AgentProcess,
  teller: ReturnType<typeof createAgentTeller>,
): Promise<number> {
  let serverPid = 0;
  for await (const message of agent.messages) {
    switch (message.type) {
      case 'connected':
        serverPid = message.serverPid;
        story.tell(`A scripted agent (process ${agent.pid}) starts \`ces serve\` (process ${serverPid}).`);
        story.expect(message.tools.length === 6, 'six tools');
        break;
      case 'says':
        story.begin(story.step, 'agent');
        story.tell(message.text);
        break;
      case 'asks':
        story.begin(story.step, 'agent');
        story.tell(`${message.tool}: ${message.text}`);
        break;
      case 'answered':
        teller.tell(message);
        break;
      case 'failed':
        story.expect(false, `an agent that gets on; it says: ${message.text}`);
    }
  }
  return serverPid;
}
