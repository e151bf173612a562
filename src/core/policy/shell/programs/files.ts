import type { Invocation, Rule } from '../invocation.js';
import type { WriteOptions } from '../judgement.js';
import { hasOption, type Line, splitOptions, valuesOf } from '../options.js';
import { type Arg, cutArg, literalArg } from '../word.js';

const writeOperands =
  (valued = '', options: WriteOptions = {}): Rule =>
  (call) => {
    for (const operand of splitOptions(call.args, valued).operands) call.write(operand, options);
  };

/** chmod, chown: the first operand is the mode or owner unless `--reference` gives it. */
const changeAttributes: Rule = (call) => {
  const line = splitOptions(call.args, 'reference,from');
  const symbolic = call.args.some((arg) => /^-[rwxXst]+$/.test(arg.text) && arg.text !== '-R');
  const skip = symbolic || valuesOf(line, 'reference').length > 0 ? 0 : 1;
  for (const operand of line.operands.slice(skip))
    call.write(operand, { deep: hasOption(line, 'R,recursive') ? 'all' : undefined });
};

const remove: Rule = (call) => {
  const line = splitOptions(call.args);
  for (const operand of line.operands)
    call.write(operand, { deep: hasOption(line, 'r,R,recursive') ? 'all' : undefined });
};

const copy: Rule = (call) => {
  const line = splitOptions(call.args, 't,target-directory,S,suffix');
  copyTo(call, line, hasOption(line, 'r,R,a,recursive,archive') ? 'some' : undefined);
  if (hasOption(line, 'l,link')) for (const source of splitTarget(line).sources) call.write(source, { unlisted: true });
};

const move: Rule = (call) => {
  const line = splitOptions(call.args, 't,target-directory,S,suffix');
  for (const source of splitTarget(line).sources) call.write(source, { deep: 'all' });
  copyTo(call, line, undefined);
};

const install: Rule = (call) => {
  const line = splitOptions(call.args, 't,target-directory,m,mode,o,owner,g,group,S,suffix');
  if (hasOption(line, 'strip-program')) call.doubt('install runs another program');
  if (hasOption(line, 'd,directory')) for (const operand of line.operands) call.write(operand, { folder: true });
  else copyTo(call, line, undefined);
};

/** A link makes its target writable under another name, so the target is judged too. */
const link: Rule = (call) => {
  const line = splitOptions(call.args, 't,target-directory,S,suffix');
  const { sources, target } = splitTarget(line);
  const symbolic = hasOption(line, 's,symbolic');
  for (const source of sources) {
    const relative = symbolic && source.exact && !source.home && !source.text.startsWith('/');
    const folder = target === undefined ? '.' : target.text.replace(/[^/]*$/, '') || '.';
    call.write(relative ? { ...source, text: `${folder}/${source.text}` } : source, { unlisted: true, deep: 'all' });
  }
  if (target === undefined && line.operands[0]) call.write(literalArg(baseName(line.operands[0])));
  else copyTo(call, line, undefined);
};

const sync: Rule = (call) => {
  const line = splitOptions(call.args, 'e,rsh,exclude,include,f,filter,exclude-from,include-from,files-from,log-file');
  const remote = line.operands.some((operand) => /^[^/]*:/.test(operand.text));
  if (remote || hasOption(line, 'e,rsh,rsync-path')) call.doubt(`${call.name} reaches another machine`);
  for (const file of valuesOf(line, 'log-file')) call.write(file);
  const target = line.operands.at(-1);
  if (target && line.operands.length > 1 && !/^[^/]*:/.test(target.text))
    call.write(target, { deep: hasOption(line, 'delete,delete-after,delete-before,del') ? 'all' : 'some' });
  if (hasOption(line, 'remove-source-files')) for (const source of line.operands.slice(0, -1)) call.write(source);
};

const copyBlocks: Rule = (call) => {
  for (const arg of call.args) if (arg.text.startsWith('of=')) call.write(cutArg(arg, 3));
  if (call.args.some((arg) => !arg.exact && !/^\w+=/.test(arg.text))) call.doubt('dd has arguments that are not known');
};

const makeTemporary: Rule = (call) => {
  const line = splitOptions(call.args, 'p,tmpdir?,suffix');
  const folder = valuesOf(line, 'p,tmpdir')[0];
  const template = line.operands[0];
  if (folder) call.write({ ...folder, text: `${folder.text}/${template?.text ?? 'tmp.XXXXXXXXXX'}` });
  else if (template && !hasOption(line, 't,tmpdir')) call.write(template);
};

/** Splits operands as cp, mv and ln read them: sources, then a target, unless `-t` gives it. */
function splitTarget(line: Line): { sources: readonly Arg[]; target: Arg | undefined } {
  const given = valuesOf(line, 't,target-directory')[0];
  if (given) return { sources: line.operands, target: { ...given, text: `${given.text}/` } };
  if (line.operands.length < 2) return { sources: line.operands, target: undefined };
  return { sources: line.operands.slice(0, -1), target: line.operands.at(-1) };
}

function copyTo(call: Invocation, line: Line, deep: WriteOptions['deep']): void {
  const { sources, target } = splitTarget(line);
  if (target === undefined) return;
  const exact = target.exact && sources.every((source) => source.exact);
  const folder = /(?:^|\/)\.{0,2}$/.test(target.text) || sources.length > 1;
  if (!folder || !exact) call.write(target, { deep, holder: true });
  // Whether the target is a folder can't be told from the text, so both readings are judged.
  if (target.exact)
    for (const source of sources.filter((each) => each.exact))
      call.write(
        { ...target, text: `${target.text}/${baseName(source)}` },
        { deep, unlisted: !folder, maybe: !folder },
      );
}

function baseName(arg: Arg): string {
  return arg.text.replace(/\/+$/, '').split('/').at(-1) ?? '';
}

/** Programs whose work is to write files, by name. */
export const FILE_RULES: Readonly<Record<string, Rule>> = {
  tee: writeOperands(),
  sponge: writeOperands(),
  touch: writeOperands('r,reference,d,date,t'),
  truncate: writeOperands('s,size,r,reference'),
  shred: writeOperands('n,s,size'),
  unlink: writeOperands(),
  rmdir: writeOperands('', { folder: true }),
  mkfifo: writeOperands('m,mode'),
  mkdir: writeOperands('m,mode', { folder: true }),
  rm: remove,
  cp: copy,
  mv: move,
  ln: link,
  link,
  install,
  rsync: sync,
  scp: sync,
  dd: copyBlocks,
  mktemp: makeTemporary,
  chmod: changeAttributes,
  chown: changeAttributes,
  chgrp: changeAttributes,
};
