import type { Rule } from '../invocation.js';
import { show } from '../judgement.js';
import { hasOption, splitOptions } from '../options.js';
import { literalArg } from '../word.js';

const LOCKFILES: Readonly<Record<string, string>> = {
  npm: 'package-lock.json',
  pnpm: 'pnpm-lock.yaml',
  yarn: 'yarn.lock',
  bun: 'bun.lock',
};
const READS = new Set(
  'ls list ll la view info show outdated audit help root prefix bin whoami explain why fund search ping config get query sbom licenses'.split(
    ' ',
  ),
);
const INSTALLS = new Set(
  'install i in add ci clean-install update up upgrade uninstall remove rm un r dedupe prune link import'.split(' '),
);
const VALUED = 'prefix,C,dir,cwd,w,workspace,F,filter,c,call,p,package,registry,loglevel';

/** npm, pnpm, yarn, bun: installing writes the dependency folder and the lockfile and runs scripts; the rest runs code. */
export const judgePackageManager: Rule = (call) => {
  const line = splitOptions(call.args, VALUED, true);
  if (hasOption(line, 'v,version,h,help')) return;
  if (hasOption(line, 'prefix,C,dir,cwd')) call.doubt(`${call.name} is pointed at another folder`);
  const first = line.operands[0] ?? literalArg(call.name === 'yarn' ? 'install' : 'help');
  const rest = splitOptions(line.operands.slice(1), VALUED);
  const verb = first.exact ? first.text : '';
  if (INSTALLS.has(verb)) return judgeInstall(call, verb, rest.operands.length > 0, hasOption(rest, 'g,global'));
  if (['exec', 'x', 'dlx'].includes(verb)) {
    // npm passes its own options over; what follows them is the program.
    const program = splitOptions(line.operands.slice(1), VALUED, true).operands;
    if (program.length > 0) call.run(program);
    return call.doubt(`${call.name} ${verb} runs a package's code`);
  }
  const reading = ['config', 'audit'].includes(verb) ? ['', 'get', 'list', 'ls', 'signatures'] : null;
  if (READS.has(verb) && (reading === null || reading.includes(rest.operands[0]?.text ?? ''))) return;
  if (verb === 'pkg' && rest.operands[0]?.text === 'get') return;
  if (['pkg', 'version', 'init', 'create'].includes(verb)) call.write(literalArg('package.json'));
  if (verb === 'config' || verb === 'set') call.write(literalArg('.npmrc'));
  call.doubt(`${call.name} ${show(verb)} runs the project's own code; what it writes shows in the delta`);
  if (call.name !== 'npm' && verb !== '') call.run(line.operands);
  if (/^run(?:-script)?$/.test(verb) && rest.operands[0]?.text === 'ces') call.run(rest.operands);
};

function judgeInstall(call: Parameters<Rule>[0], verb: string, named: boolean, global: boolean): void {
  if (global) {
    call.deny(`${call.name} ${verb} --global installs outside the root`);
    return;
  }
  // A dependency folder is residue: its change is seen by its fingerprint, not by the scope.
  call.write(literalArg('node_modules'), { residue: true });
  const frozen =
    verb === 'ci' ||
    verb === 'clean-install' ||
    call.args.some((arg) => /^--(?:frozen-lockfile|immutable)$/.test(arg.text));
  if (!frozen) call.write(literalArg(LOCKFILES[call.name] ?? 'package-lock.json'));
  if (!frozen && (named || verb === 'add')) call.write(literalArg('package.json'));
  call.doubt(`${call.name} ${verb} runs the install scripts of packages`);
}

/** npx, bunx: the program they start, which is anybody's code. */
export const judgePackageRunner: Rule = (call) => {
  const line = splitOptions(call.args, 'p,package,c,call', true);
  for (const option of line.options)
    if (['c', 'call'].includes(option.name) && option.value?.exact) call.runText(option.value.text);
  if (hasOption(line, 'version,help') && line.operands.length === 0) return;
  const program = line.operands[0];
  if (program?.exact && /^(?:ces|controlled-execution-system)(?:@.*)?$/.test(program.text))
    return call.run([literalArg('ces'), ...line.operands.slice(1)]);
  call.run(line.operands);
  call.doubt(`${call.name} runs a package's code; what it writes shows in the delta`);
};
