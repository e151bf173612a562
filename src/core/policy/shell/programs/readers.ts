import type { Rule } from '../invocation.js';
import { hasOption, splitOptions, valuesOf } from '../options.js';
import { fillIn } from '../word.js';
import { isPlainSed } from './sed-script.js';

const PLAIN =
  'ls dir cat tac head tail wc nl od hexdump strings cut paste column comm join tr fold fmt rev expand unexpand cmp diff grep egrep ' +
  'fgrep zcat zgrep bzcat xzcat jq stat du df ps pgrep lsof ss netstat id whoami groups uname hostname printenv date cal ' +
  'which type whereis pwd echo printf true false test [ : sleep seq yes basename dirname realpath readlink tput clear wait jobs ' +
  'md5sum sha1sum sha256sum sha512sum shasum cksum sum nproc free uptime locale getconf tty expr bc factor numfmt tsort ' +
  'unset shift set shopt local declare typeset export readonly read mapfile readarray getopts let return exit break continue umask ' +
  'ulimit times fg bg disown tokei file logname who w arch zipinfo nm size';

const plain: Rule = () => {};

const sort: Rule = (call) => {
  const line = splitOptions(call.args, 'o,output,k,key,t,field-separator,S,T,temporary-directory,compress-program');
  if (hasOption(line, 'compress-program')) call.doubt('sort runs another program');
  for (const file of valuesOf(line, 'o,output')) call.write(file);
};

/** The second operand is the output. */
const secondIsOutput: Rule = (call) => {
  const line = splitOptions(call.args, call.name === 'uniq' ? 'f,s,w' : 'c,g,l,o,s,n');
  const output = line.operands[1];
  if (output) call.write(output);
};

const printf: Rule = (call) => {
  if (call.args[0]?.text.startsWith('-v')) call.doubt('printf -v sets a variable');
};

/** base64, iconv, shuf: `-o` names the output. */
const outputOption: Rule = (call) => {
  for (const file of valuesOf(splitOptions(call.args, 'o,output,f,t,n,w,i'), 'o,output')) call.write(file);
};

const tree: Rule = (call) => {
  for (const file of valuesOf(splitOptions(call.args, 'o,L,P,I,charset,filelimit'), 'o')) call.write(file);
};

/** ripgrep, fd, ag: readers that can be told to start another program. */
const search: Rule = (call) => {
  const runs = ['--pre', '--exec', '--exec-batch', '--hostname-bin', '--pager'];
  const fd = call.name === 'fd' || call.name === 'fdfind';
  const started = call.args.some((arg) => {
    const name = arg.text.split('=')[0] ?? '';
    return fd && /^-[a-zA-Z]*[xX]/.test(name) ? true : runs.includes(name) && name.startsWith('--');
  });
  if (started) call.doubt(`${call.name} starts another program`);
};

const find: Rule = (call) => {
  const starts = call.args.slice(
    0,
    Math.max(
      call.args.findIndex((arg) => /^[-(!]/.test(arg.text)),
      0,
    ),
  );
  call.args.forEach((arg, at) => {
    if (/^-(?:exec|execdir|ok|okdir)$/.test(arg.text)) {
      const rest = call.args.slice(at + 1);
      const end = rest.findIndex((each) => each.text === ';' || each.text === '+');
      call.run(
        (end < 0 ? rest : rest.slice(0, end)).map((each) => fillIn(each, '{}')),
        arg.text.endsWith('dir') ? null : call.cwds,
      );
      call.doubt('find starts a program for what it finds');
    } else if (arg.text === '-delete') {
      // What is deleted lies below a start, so a start that must not be touched settles it.
      for (const start of starts)
        call.write({ ...start, text: `${start.text}/`, exact: false, unknown: 'what find finds' });
      call.doubt('find deletes what it finds');
    } else if (/^-(?:fprint0?|fprintf|fls)$/.test(arg.text)) {
      const file = call.args[at + 1];
      if (file) call.write(file);
    }
  });
};

const sed: Rule = (call) => {
  const line = splitOptions(call.args, 'e,expression,f,file,l,i?,in-place?');
  const inPlace = hasOption(line, 'i,in-place');
  const given = valuesOf(line, 'e,expression');
  // BSD's `-i ''` is an operand to GNU.
  const operands =
    inPlace && line.operands[0]?.exact && line.operands[0].text === '' ? line.operands.slice(1) : line.operands;
  const inOptions = given.length > 0 || hasOption(line, 'f,file');
  const scripts = inOptions ? given : operands.slice(0, 1);
  if (hasOption(line, 'f,file')) call.doubt('sed takes its script from a file');
  if (!scripts.every((script) => script.exact && isPlainSed(script.text)))
    call.doubt('the sed script may write files or run programs');
  if (!inPlace) return;
  const suffix = valuesOf(line, 'i,in-place')[0]?.text ?? '';
  for (const file of inOptions ? operands : operands.slice(1)) {
    call.write(file);
    if (suffix !== '') call.write({ ...file, text: suffix.includes('*') ? file.text : file.text + suffix });
  }
};

const awk: Rule = (call) => {
  const line = splitOptions(call.args, 'F,v,f,file,i,include,E,l,assign,field-separator', true);
  const script = line.operands[0];
  const risky = !script?.exact || /[>|@]|system|getline/.test(script.text);
  if (risky || hasOption(line, 'f,file,i,include,E,l')) call.doubt('the awk script may write files or run programs');
};

/** Programs that read, by name; with the few ways in which some of them write. */
export const READER_RULES: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(PLAIN.split(' ').map((name) => [name, plain])),
  sort,
  uniq: secondIsOutput,
  xxd: secondIsOutput,
  printf,
  tree,
  base64: outputOption,
  iconv: outputOption,
  shuf: outputOption,
  rg: search,
  fd: search,
  fdfind: search,
  ag: search,
  bat: search,
  find,
  sed,
  gsed: sed,
  awk,
  gawk: awk,
  mawk: awk,
};
