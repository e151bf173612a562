import type { GetPromptResult, Prompt } from '@modelcontextprotocol/sdk/types.js';

export const PROMPTS: readonly Prompt[] = [
  {
    name: 'start',
    title: 'Start governed work',
    description: 'Ask for a bounded manifest and work inside it',
    arguments: [{ name: 'objective', description: 'What is to be done', required: true }],
  },
  { name: 'finish', title: 'Finish governed work', description: 'Hand in evidence, verify, and claim completion' },
];

/** The messages of a prompt, or null for one that there is not. */
export function renderPrompt(name: string, args: Readonly<Record<string, string>>): GetPromptResult | null {
  if (name === 'start')
    return say(
      `${args.objective ?? 'Ask me what is to be done.'}\n\nFirst call ces_manifest with this objective, the narrowest scope of globs that the work and its tests need, and acceptance criteria that can be checked. ` +
        'Work only inside the scope it answers with. If it waits for me, tell me the command to run.',
    );
  if (name === 'finish')
    return say(
      'Finish the work under the active manifest: call ces_status; hand in evidence for each criterion with ces_evidence_submit; call ces_verify and mend what fails; then call ces_completion_claim with exactly the files that changed. ' +
        'If something can not be done honestly, call ces_report_blocked.',
    );
  return null;
}

function say(text: string): GetPromptResult {
  return { messages: [{ role: 'user', content: { type: 'text', text } }] };
}
