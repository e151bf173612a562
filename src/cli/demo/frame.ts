import type { Colors } from '../output.js';
import { type DemoProject, PRINCIPAL } from './demo-project.js';
import type { SignedChange } from './operator.js';
import { programPath } from './programs.js';

export const INTRODUCTION = `CES demo: one change, from the agent's request to the operator's signature.

It happens as you read: a git repository with tests in a temporary folder, the
real server, real edits, real test runs, a real signature. Scripted is only what
the agent decides. Assurance level 0 (advised): no client with hooks takes part,
so nothing stops a write; CES measures it, and says so at the claim.
`;

const SHOWN = `Shown: a scope that was measured instead of promised, a claim that was refused
until it was true, checks that CES ran itself, and a signature over exactly one
change, which stock OpenSSH accepts and one more line makes void.
Not shown: a real coding agent, hooks that stop a write before it happens, and a
passphrase: this key had none, so the agent could have used it. Yours has one.
Next, in a repository of yours: ces init`;

/** How it ended, and what that shows. */
export function renderEnd(
  colors: Colors,
  failure: { readonly step: string; readonly message: string } | null,
  seconds: number,
): string {
  if (failure !== null)
    return `\n${colors.red(`The demo FAILED in its step ${failure.step}`)} after ${seconds.toFixed(1)} s.\n${failure.message}`;
  return `\n${SHOWN}\n${colors.green('Every step went as it should')} (${seconds.toFixed(1)} s).`;
}

/** Where everything lies, and how to look around. */
export function renderKept(project: DemoProject, signed: SignedChange | null): string {
  const ces = `${process.execPath} ${programPath('ces.js')}`;
  const lines = [
    '',
    `Kept in ${project.folder}. To look around:`,
    `  cd ${project.root}`,
    `  export XDG_CONFIG_HOME=${project.env.XDG_CONFIG_HOME}`,
    `  export XDG_STATE_HOME=${project.env.XDG_STATE_HOME}`,
    `  ${ces} status`,
    `  ${ces} audit --limit 50`,
  ];
  if (signed !== null)
    lines.push(
      `  ssh-keygen -Y verify -n ces-approval -I ${PRINCIPAL} \\`,
      `    -f ../config/ces/allowed_signers -s ${signed.signaturePath} \\`,
      `    < ${signed.statementPath}`,
    );
  return [...lines, `Nothing else was written. To remove it: rm -r ${project.folder}`].join('\n');
}
