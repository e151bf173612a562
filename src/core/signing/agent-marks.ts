// Seen in the shells that these agents start. Variables that people set themselves to configure a client are no mark.
const MARKS =
  /^(CLAUDECODE|CLAUDE_PID|CLAUDE_CODE_(SESSION_ID|ENTRYPOINT|CHILD_SESSION)|AI_AGENT|AGENT|CODEX_(CI|THREAD_ID|SESSION_ID|TOOL_CALL_ID|SANDBOX\w*)|OPENCODE|OPENCODE_PID|GEMINI_CLI|CURSOR_AGENT|COPILOT_AGENT\w*|QWEN_CODE)$/;

/** Names of variables that say the caller runs inside an agent, sorted. A courtesy: whoever wants to can unset them. */
export function findAgentMarks(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(environment)
    .filter((name) => MARKS.test(name) && (environment[name] ?? '') !== '')
    .sort();
}
