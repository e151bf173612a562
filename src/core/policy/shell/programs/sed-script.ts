const ADDRESS = String.raw`(?:\d+(?:~\d+)?|\$|/(?:\\.|[^/\\\n])*/I?)`;
const BEFORE = String.raw`[\s;{}]*(?:${ADDRESS}(?:\s*,\s*(?:[+~]?\d+|${ADDRESS}))?\s*!?[\s{]*)?`;
const SUBSTITUTE = String.raw`[sy]([^\w\s\\])(?:\\[^]|(?!\1)[^\\])*\1(?:\\[^]|(?!\1)[^\\])*\1[gpiIM0-9]*`;
const COMMAND = String.raw`(?:[pPdDnNgGhHxzl=]|[qQ]\d*|[aic](?:[^\\\n]|\\[^])*|${SUBSTITUTE})`;

/** True if a sed script is made of commands that only edit text: no `w`, `e`, `r`, and nothing that was not understood. */
export function isPlainSed(script: string): boolean {
  if (script.length > 2000) return false;
  const step = new RegExp(`${BEFORE}${COMMAND}(?=\\s*(?:[;}\\n]|$))`, 'y');
  let at = 0;
  while (at < script.length) {
    if (/^[\s;}]*$/.test(script.slice(at, at + 200)) && script.length - at <= 200) return true;
    step.lastIndex = at;
    if (!step.test(script)) return false;
    at = step.lastIndex;
  }
  return true;
}
