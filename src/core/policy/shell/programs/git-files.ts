import type { Invocation, Rule } from '../invocation.js';
import { hasOption, splitOptions, valuesOf } from '../options.js';
import { type Arg, literalArg } from '../word.js';

const EVERYTHING = literalArg('.');

const writeAll = (call: Invocation, paths: readonly Arg[]): void => {
  for (const path of paths) call.write(path, { deep: 'all' });
};

const checkout: Rule = (call) => {
  const line = splitOptions(call.args, 'b,B,orphan,t?,conflict,pathspec-from-file');
  const dashes = call.args.findIndex((arg) => arg.exact && arg.text === '--');
  if (hasOption(line, 'pathspec-from-file')) call.doubt('git checkout takes its paths from a file');
  if (dashes >= 0) return writeAll(call, call.args.slice(dashes + 1));
  const [first, ...rest] = line.operands;
  // A branch made here starts with the files as they are; made from another commit, it does not.
  if (hasOption(line, 'b,B,orphan')) {
    if (first !== undefined && first.text !== 'HEAD') call.doubt('git checkout moves the files to another commit');
    return;
  }
  if (rest.length > 0) return writeAll(call, rest);
  if (first?.exact && /^\.{1,2}(?:\/|$)|\.[a-z]\w*$|\/$/i.test(first.text)) call.write(first, { deep: 'all' });
  else call.doubt('git checkout moves the files to another commit, or writes a path');
};

const restore: Rule = (call) => {
  const line = splitOptions(call.args, 's,source,conflict,pathspec-from-file');
  if (hasOption(line, 'pathspec-from-file')) call.doubt('git restore takes its paths from a file');
  if (hasOption(line, 'S,staged') && !hasOption(line, 'W,worktree')) return;
  writeAll(call, line.operands);
};

const switchBranch: Rule = (call) => {
  const line = splitOptions(call.args, 'c,C,create,force-create,orphan,conflict');
  if (!hasOption(line, 'c,C,create,force-create') || line.operands.length > 0)
    call.doubt('git switch moves the files to another commit');
};

const reset: Rule = (call) => {
  if (hasOption(splitOptions(call.args), 'hard,merge,keep')) call.write(EVERYTHING, { deep: 'all' });
};

const clean: Rule = (call) => {
  const line = splitOptions(call.args, 'e,exclude');
  if (hasOption(line, 'n,dry-run')) return;
  writeAll(call, line.operands.length > 0 ? line.operands : [EVERYTHING]);
};

const stash: Rule = (call) => {
  const line = splitOptions(call.args, 'm,message,pathspec-from-file', false);
  const verb = line.operands[0]?.text ?? 'push';
  if (verb === 'list' || verb === 'show') return;
  if (verb !== 'push' && verb !== 'save')
    return call.doubt(
      `git stash ${['pop', 'apply'].includes(verb) ? 'writes the stashed files' : 'changes the stash'}`,
    );
  const paths = line.operands.slice(1);
  writeAll(call, verb === 'push' && paths.length > 0 ? paths : [EVERYTHING]);
};

const remove: Rule = (call) => {
  const line = splitOptions(call.args, 'pathspec-from-file');
  if (hasOption(line, 'pathspec-from-file')) call.doubt('git rm takes its paths from a file');
  if (!hasOption(line, 'cached,n,dry-run'))
    for (const path of line.operands) call.write(path, { deep: hasOption(line, 'r') ? 'all' : undefined });
};

const worktree: Rule = (call) => {
  const line = splitOptions(call.args, 'b,B,reason,expire');
  const verb = line.operands[0]?.text ?? '';
  if (verb === 'list') return;
  if (verb !== 'add') return call.doubt('git worktree changes other working trees');
  const folder = line.operands[1];
  if (folder) call.write(folder, { deep: 'some' });
  call.doubt('git worktree makes another working tree');
};

const clone: Rule = (call) => {
  const line = splitOptions(
    call.args,
    'b,branch,depth,o,origin,c,config,reference,u,upload-pack,template,filter,j,jobs',
  );
  if (hasOption(line, 'c,config,u,upload-pack,template')) call.doubt('git clone is given settings or programs');
  const [url, folder] = line.operands;
  if (url === undefined) return;
  const named = literalArg(
    url.text
      .replace(/\/+$/, '')
      .replace(/\.git$/, '')
      .split(/[/:]/)
      .at(-1) ?? '',
  );
  call.write(folder ?? (url.exact ? named : url), { deep: 'some' });
};

/** Writes the files that these options name, and nothing else. */
const writeNamed =
  (names: string): Rule =>
  (call) => {
    for (const file of valuesOf(splitOptions(call.args, names), names)) call.write(file);
  };

const formatPatch: Rule = (call) => {
  const line = splitOptions(call.args, 'o,output-directory');
  if (!hasOption(line, 'stdout')) call.write(valuesOf(line, 'o,output-directory')[0] ?? EVERYTHING);
};

const bundle: Rule = (call) => {
  const [verb, file] = splitOptions(call.args).operands;
  if (verb?.text === 'create' && file) call.write(file);
};

/** The git commands that write files, by name. */
export const GIT_FILE_COMMANDS: Readonly<Record<string, Rule>> = {
  checkout,
  restore,
  switch: switchBranch,
  reset,
  clean,
  stash,
  rm: remove,
  mv: (call) => writeAll(call, splitOptions(call.args).operands),
  worktree,
  clone,
  archive: writeNamed('o,output'),
  'format-patch': formatPatch,
  bundle,
};
