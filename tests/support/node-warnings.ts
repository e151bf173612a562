const NODE_WARNING = /\(node:\d+\)[^\n]*Warning\b[^\n]*/;

/** Throws when a program's stderr holds a warning by Node itself (deprecated, experimental, leaked listeners). */
export function refuseNodeWarnings(stderr: string): void {
  const found = NODE_WARNING.exec(stderr);
  if (found !== null) throw new Error(`Node warned: ${found[0]}`);
}
