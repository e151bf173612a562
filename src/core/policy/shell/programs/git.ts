import type { Invocation, Rule } from '../invocation.js';
import { type Cwds, show } from '../judgement.js';
import { hasOption, type Line, splitOptions, valuesOf } from '../options.js';
import { type Arg, literalArg } from '../word.js';
import { GIT_FILE_COMMANDS } from './git-files.js';

/** Ordinary work: reading, recording, and what only moves refs of this repository. */
const ORDINARY = new Set(
  (
    'add commit status diff log show branch fetch tag blame annotate shortlog describe rev-parse ls-files ls-tree cat-file rev-list ' +
    'merge-base name-rev for-each-ref show-ref count-objects fsck check-ignore check-attr check-ref-format diff-tree diff-index ' +
    'diff-files var version help whatchanged cherry range-diff ls-remote grep verify-commit verify-tag write-tree merge-tree patch-id ' +
    'get-tar-commit-id show-branch stripspace --version --help'
  ).split(' '),
);
const HARMLESS_SETTING =
  /^(?:color\.|user\.|advice\.|core\.quotepath=|init\.defaultbranch=|commit\.gpgsign=|log\.|diff\.(?!external)[^.]*=|safe\.directory=)/i;
const RUNNING_SETTING =
  /^(?:alias\.|core\.(?:hookspath|fsmonitor|sshcommand|editor|pager|worktree|excludesfile|attributesfile)|diff\..*(?:external|command|textconv)|filter\.|merge\..*driver|credential|gpg|include|pager\.|sequence\.|protocol\.|uploadpack\.)/i;

/** git: what changes files is judged by its paths, what changes hooks or settings is denied. */
export const judgeGit: Rule = (call) => {
  const line = splitOptions(call.args, 'C,c,git-dir,work-tree,exec-path?,namespace,config-env,super-prefix', true);
  const cwds = readGlobalOptions(call, line);
  const command = line.operands[0];
  if (command === undefined) return;
  const inner: Invocation = {
    ...call,
    name: `git ${command.text}`,
    args: line.operands.slice(1),
    cwds,
    write: (arg, options) => call.write(at(arg, cwds, call.cwds), options),
  };
  if (!command.exact) return call.doubt('the git command is not known');
  const rule = OTHER[command.text] ?? GIT_FILE_COMMANDS[command.text];
  if (ORDINARY.has(command.text)) judgeOrdinary(inner);
  else if (rule !== undefined) rule(inner);
  else call.doubt(`git ${show(command.text)} may change files`);
};

function readGlobalOptions(call: Invocation, line: Line): Cwds {
  if (hasOption(line, 'git-dir,work-tree,exec-path,config-env,namespace'))
    call.doubt('git is pointed at another repository, folder or configuration');
  for (const setting of valuesOf(line, 'c')) {
    if (RUNNING_SETTING.test(setting.text)) call.deny(`git -c ${show(setting.text)} sets what git runs or hides`);
    else if (!HARMLESS_SETTING.test(setting.text)) call.doubt(`git -c ${show(setting.text)} changes what git does`);
  }
  const folders = valuesOf(line, 'C');
  if (folders.length === 0) return call.cwds;
  const folder = folders[0];
  if (folders.length > 1 || !folder?.exact || folder.home || folder.text.startsWith('/')) return null;
  return call.cwds?.map((cwd) => `${cwd}/${folder.text}`) ?? null;
}

/** Git's own patterns and magic (`:/`, `*.ts`) are not paths; a path below `-C` is one from there. */
function at(arg: Arg, cwds: Cwds, before: Cwds): Arg {
  if (arg.exact && /^:|[*?[\\]/.test(arg.text))
    return { ...arg, text: '', exact: false, unknown: `git's pattern ${arg.text}` };
  if (cwds === before || arg.text.startsWith('/') || arg.home) return arg;
  const cwd = cwds?.[0];
  if (cwd === undefined) return { ...arg, text: '', exact: false, unknown: 'the folder given to git -C' };
  return { ...arg, text: `${cwd.slice((before?.[0] ?? '').length).replace(/^\//, '')}/${arg.text}` };
}

function judgeOrdinary(call: Invocation): void {
  const line = splitOptions(call.args, 'm,F,C,c,o?,output,O?,open-files-in-pager?,upload-pack,message,author,date');
  for (const file of valuesOf(line, 'output')) call.write(file);
  if (call.name === 'git grep' && hasOption(line, 'O,open-files-in-pager')) call.doubt('git grep -O starts a program');
  if (hasOption(line, 'upload-pack,exec')) call.doubt(`${call.name} starts another program`);
  if (call.name === 'git branch' && hasOption(line, 'edit-description')) call.doubt('git branch changes its settings');
}

const config: Rule = (call) => {
  const line = splitOptions(call.args, 'f,file,blob,type,default,get,get-all,get-regexp');
  const verb = line.operands[0]?.text ?? '';
  const reads = 'get,get-all,get-regexp,get-urlmatch,list,l,get-color,get-colorbool,blob';
  if (hasOption(line, reads) || ['get', 'list'].includes(verb) || line.operands.length === 0) return;
  const writes = hasOption(line, 'unset,unset-all,add,replace-all,edit,e,rename-section,remove-section');
  if (line.operands.length === 1 && !writes && /^[\w-]+\./.test(verb)) return;
  const file = valuesOf(line, 'f,file')[0];
  if (hasOption(line, 'global,system')) call.deny('git config changes settings outside the root');
  else call.write(file ?? literalArg('.git/config'));
};

/** Reads with one of these first operands, or with none; else changes what is not files. */
const readsWith =
  (verbs: string, reason: string): Rule =>
  (call) => {
    const verb = splitOptions(call.args).operands[0]?.text ?? '';
    if (!verbs.split(' ').includes(verb)) call.doubt(`${call.name} ${reason}`);
  };

const OTHER: Readonly<Record<string, Rule>> = {
  config,
  remote: (call) => {
    const verb = splitOptions(call.args).operands[0]?.text ?? '';
    if (!['', 'show', 'get-url'].includes(verb)) call.doubt('git remote changes settings of the repository');
  },
  reflog: (call) => {
    const verb = splitOptions(call.args).operands[0]?.text ?? '';
    if (['expire', 'delete', 'drop'].includes(verb)) call.doubt('git reflog removes history');
  },
  notes: readsWith('list show', 'changes notes'),
  submodule: readsWith('status summary', 'changes submodules'),
  push: (call) => call.doubt('git push sends to another repository'),
  'update-index': (call) => {
    if (hasOption(splitOptions(call.args), 'assume-unchanged,skip-worktree,fsmonitor'))
      call.doubt('git update-index hides changes from git; the delta sees them all the same');
    else call.doubt('git update-index changes the index past the files');
  },
};
