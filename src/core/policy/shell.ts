import { parse } from 'unbash';
import type { Scope } from '../manifest/manifest.js';
import { Judgement } from './shell/judgement.js';
import type { Places } from './shell/place.js';
import { ShellJudge } from './shell/shell-judge.js';
import { walk } from './shell/walk.js';

/** What the edit gate says of a command: `writes` are relative to the root, absolute where they lie outside it. */
export interface CommandJudgement {
  readonly decision: 'allow' | 'deny' | 'unjudged';
  readonly reasons: string[];
  readonly writes: string[];
}

const MAX_LENGTH = 64 * 1024;
const MAX_SUBSTITUTIONS = 1000;

/**
 * Judges a shell command by what its text says it writes. `cwd` is relative to the root, or absolute; absolute paths in the
 * command count as inside only if `places.root` is given. One write that the scope does not hold is `deny`; else anything
 * that can't be told from the text is `unjudged`; else `allow`. Never throws.
 */
export function judgeCommand(command: string, scope: Scope, cwd = '.', places: Places = {}): CommandJudgement {
  if (command.length > MAX_LENGTH)
    return { decision: 'unjudged', reasons: [`the command is longer than ${MAX_LENGTH} characters`], writes: [] };
  // The parser takes quadratic time over substitutions that are not closed.
  if (command.split('$(').length > MAX_SUBSTITUTIONS)
    return { decision: 'unjudged', reasons: ['the command holds too many substitutions'], writes: [] };
  const judgement = new Judgement(scope, places);
  try {
    if (command.includes('\0')) judgement.doubt('the command holds a NUL');
    walk(parse(command), command, [cwd], new ShellJudge(judgement, places, command));
  } catch {
    judgement.doubt('the command is nested too deeply, or is not shell, to be judged');
  }
  return judgement.result();
}
