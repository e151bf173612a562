import type { Rule } from '../invocation.js';
import { hasOption, splitOptions, valuesOf } from '../options.js';
import { fillIn } from '../word.js';
import { findCesFile, mentionsOperatorCommand } from './ces.js';

/** Starts the program that follows its own options. */
const startsRest =
  (valued = '', skip = 0): Rule =>
  (call) => {
    const line = splitOptions(call.args, valued, true);
    if (line.operands.length > skip) call.run(line.operands.slice(skip));
  };

const startsAsOther: Rule = (call) => {
  startsRest('u,user,g,group,h,host,p,prompt,C,D,R,r,t,U')(call);
  call.doubt(`${call.name} runs it as another user`);
};

const command: Rule = (call) => {
  if (!hasOption(splitOptions(call.args, '', true), 'v,V')) startsRest('a')(call);
};

const env: Rule = (call) => {
  const line = splitOptions(call.args, 'u,unset,S,split-string,C,chdir', true);
  for (const text of valuesOf(line, 'S,split-string')) {
    if (text.exact) call.runText(text.text);
    else call.doubt('env -S runs text that is not known');
  }
  const at = line.operands.findIndex((arg) => !/^\w+=/.test(arg.text));
  if (at >= 0) call.run(line.operands, hasOption(line, 'C,chdir') ? null : call.cwds);
};

/** xargs, parallel, watch and their kin: what they start is known, its arguments are not. */
const startsWithUnknown: Rule = (call) => {
  const line = splitOptions(
    call.args,
    'I,i?,n,P,L,l?,d,a,s,E,e?,j,max-args,max-procs,delimiter,replace?,interval',
    true,
  );
  const mark = valuesOf(line, 'I')[0]?.text || '{}';
  if (line.operands.length > 0) call.run(line.operands.map((arg) => fillIn(arg, mark)));
  call.doubt(`${call.name} starts a program with arguments that are not known`);
};

/** Shells: text given with -c is judged; a script, or standard input, is not known. */
const shell: Rule = (call) => {
  const line = splitOptions(call.args, 'c,o,O,rcfile,init-file', true);
  if (hasOption(line, 'version,help') && line.operands.length === 0) return;
  if (hasOption(line, 'c')) {
    // Options may stand between -c and its text, as in `sh -ec TEXT` and `sh -c -e TEXT`.
    const text = valuesOf(line, 'c').find((value) => !value.text.startsWith('-')) ?? line.operands[0];
    if (text?.exact) call.runText(text.text);
    else call.doubt(`${call.name} -c runs text that is not known`);
    if (hasOption(line, 'rcfile,init-file')) call.doubt(`${call.name} reads a start-up file`);
    return;
  }
  if (call.stdin !== null) call.runText(call.stdin);
  const fed = line.operands.length === 0 || line.operands[0]?.text === '-' || hasOption(line, 's');
  if (fed && mentionsOperatorCommand(call.around))
    call.deny(`${call.name} is fed a command that only the operator gives`);
  call.doubt(fed ? `${call.name} runs what it reads` : `${call.name} runs a script`);
};

const evaluate: Rule = (call) => {
  const known = call.args.every((arg) => arg.exact);
  if (known) call.runText(call.args.map((arg) => arg.text).join(' '));
  else if (mentionsOperatorCommand(call.around)) call.deny('eval is given a command that only the operator gives');
  call.doubt('eval runs text');
};

const trap: Rule = (call) => {
  const text = splitOptions(call.args).operands[0];
  if (text?.exact && text.text !== '-') call.runText(text.text);
  else if (text) call.doubt('trap runs text that is not known');
};

/** script, expect: they fake a terminal. */
const fakeTerminal: Rule = (call) => {
  const line = splitOptions(call.args, 'c,command,E,O,I,B,T,m,o,t?');
  for (const text of valuesOf(line, 'c,command')) if (text.exact) call.runText(text.text);
  if (mentionsOperatorCommand(call.around)) call.deny(`${call.name} is given a command that only the operator gives`);
  for (const file of line.operands) call.write(file);
  call.doubt(`${call.name} starts programs in a terminal of its own`);
};

/** python, node, perl and the like: their code can do anything. */
const interpreter: Rule = (call) => {
  const only = call.args[0]?.text ?? '';
  if (call.args.length === 1 && /^(?:-V|-v|--version|--help|-h)$/.test(only)) return;
  const ces = findCesFile(call.args);
  if (ces !== null) call.run(ces);
  const text = [call.stdin ?? '', ...call.args.map((arg) => arg.text), call.args.length === 0 ? call.around : ''].join(
    '\n',
  );
  if (mentionsOperatorCommand(text)) call.deny(`${call.name} is given a command that only the operator gives`);
  if (call.name === 'perl' && isPlainPerlEdit(call)) return;
  call.doubt(`${call.name} runs code; what it writes shows in the delta`);
};

/** `perl -pi -e 's/a/b/'` writes its files; true if its code can do no more than that. */
function isPlainPerlEdit(call: Parameters<Rule>[0]): boolean {
  const line = splitOptions(call.args, 'e,E,M,m,I,F,i?,0?,l?');
  const code = valuesOf(line, 'e,E');
  if (hasOption(line, 'i'))
    for (const file of code.length > 0 ? line.operands : line.operands.slice(1)) call.write(file);
  const plain = /^\s*s([/|#,])[^{}@`$]*\$?\1[^{}@`]*\1[gimsx]*;?\s*$/;
  const options = line.options.every((option) => 'peni0l'.includes(option.name));
  return (
    options && hasOption(line, 'p,n') && code.length > 0 && code.every((each) => each.exact && plain.test(each.text))
  );
}

const editor: Rule = (call) => {
  for (const file of splitOptions(call.args, 'c,cmd,S,u,T').operands) call.write(file);
  call.doubt(`${call.name} is an editor: what it does is not in its arguments`);
};

const patch: Rule = (call) => {
  const line = splitOptions(call.args, 'p,i,input,d,directory,o,output,B,r,D,F');
  for (const file of valuesOf(line, 'o,output,r')) call.write(file);
  if (hasOption(line, 'dry-run')) return;
  if (line.operands[0] && !hasOption(line, 'd,directory')) call.write(line.operands[0]);
  else call.doubt('patch writes the files that the patch names');
};

const same = (names: string, rule: Rule): Record<string, Rule> =>
  Object.fromEntries(names.split(' ').map((name) => [name, rule]));

/** Programs that start others, or run code, by name. */
export const STARTER_RULES: Readonly<Record<string, Rule>> = {
  ...same('builtin exec nohup setsid chronic busybox toybox winpty', startsRest('a')),
  ...same('nice ionice stdbuf unbuffer caffeinate', startsRest('n,c,i,o,e,adjustment,class,t,w')),
  time: startsRest('f,o,format,output'),
  timeout: startsRest('s,signal,k,kill-after', 1),
  gtimeout: startsRest('s,signal,k,kill-after', 1),
  ...same('sudo doas su runuser', startsAsOther),
  command,
  env,
  ...same('xargs parallel watch entr', startsWithUnknown),
  ...same('bash sh zsh dash ksh ash fish rbash', shell),
  eval: evaluate,
  trap,
  ...same('script expect', fakeTerminal),
  ...same('node nodejs tsx ts-node deno bun python python2 python3 perl ruby php lua Rscript osascript', interpreter),
  ...same('vi vim nvim ex ed nano emacs view', editor),
  patch,
};
