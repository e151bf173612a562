import type { Rule } from '../invocation.js';
import { show } from '../judgement.js';
import { splitOptions } from '../options.js';
import { type Arg, literalArg } from '../word.js';

const READS = new Set(
  'status why explain audit doctor report review triage next next-prompt mri passport gate verify help'.split(' '),
);
const OPERATOR =
  'approve reject key halt emergency complete recover init install uninstall build continue execute promote setup-ci manifest hook baseline';
const OPERATOR_COMMANDS = new Set(OPERATOR.split(' '));
const OPERATOR_TEXT = new RegExp(
  `\\bces(?:\\.[cm]?js)?\\b["',\\s\\]\\[]{1,9}(?:--?[\\w=./-]+["',\\s]{1,9}){0,4}(?:${OPERATOR.replaceAll(' ', '|')})\\b`,
);
const REFUSAL = "is the operator's: ask for it, or use ces_report_blocked";

/** ces itself: reading is anybody's, deciding is the operator's, in whatever form it is called. */
export const judgeCes: Rule = (call) => {
  const line = splitOptions(call.args, 'project-root', true);
  const command = line.operands[0];
  if (command === undefined) {
    if (call.args.some((arg) => !arg.exact)) call.deny("ces with a command that can't be read");
  } else if (!command.exact || OPERATOR_COMMANDS.has(command.text))
    call.deny(`ces ${show(command.text || '…')} ${REFUSAL}`);
  else if (!READS.has(command.text)) call.doubt(`ces ${show(command.text)} may write`);
};

/** Refuses text for an interpreter that calls an operator's command. */
export function mentionsOperatorCommand(text: string): boolean {
  return OPERATOR_TEXT.test(text);
}

/** Cuts `node dist/ces.js approve` down to `ces approve`: returns it if a word is the program's own file, else null. */
export function findCesFile(args: readonly Arg[]): Arg[] | null {
  const at = args.findIndex((arg) => /(?:^|\/)ces(?:\.[cm]?[jt]s)?$/.test(arg.text));
  return at < 0 ? null : [literalArg('ces'), ...args.slice(at + 1)];
}

/** Signing is the operator's; the rest of ssh-keygen writes keys. */
export const judgeSshKeygen: Rule = (call) => {
  const line = splitOptions(call.args, 'Y,f,n,I,s,t,b,C,N,O,r');
  const mode = line.options.find((option) => option.name === 'Y')?.value;
  if (mode !== undefined && (!mode.exact || mode.text === 'sign')) call.deny(`ssh-keygen -Y sign ${REFUSAL}`);
  else if (mode === undefined && !line.options.some((option) => option.name === 'l'))
    call.doubt('ssh-keygen writes keys');
};

/** A database of CES is written by CES alone. */
export const judgeSqlite: Rule = (call) => {
  if (call.args.some((arg) => /(?:^|\/)\.ces(?:\/|$)|\bstate\.db/i.test(arg.text)))
    call.deny(`the state of CES is read with ces audit and ces status`);
  else call.doubt(`${call.name} may write its database`);
};
