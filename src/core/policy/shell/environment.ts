const CHANGES_TRUST =
  /^(?:PATH|IFS|ENV|BASH_ENV|SHELLOPTS|BASHOPTS|PS4|PROMPT_COMMAND|CDPATH|HOME|TMPDIR|PWD|OLDPWD|PAGER|EDITOR|VISUAL|BROWSER|SHELL|LESSOPEN|LESSCLOSE|TAR_OPTIONS|RIPGREP_CONFIG_PATH|XDG_CONFIG_HOME|GREP_OPTIONS|NODE_OPTIONS|NODE_PATH|(?:GIT|LD|DYLD|PYTHON|PERL5?|RUBY|CES|npm_config)_?\w*)$/i;

/** True for a variable that decides which program runs, or where it reads and writes. */
export function changesTrust(name: string): boolean {
  return CHANGES_TRUST.test(name);
}
