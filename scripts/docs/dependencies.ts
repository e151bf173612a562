/** Why each package is there, in one line. What package.json has and this lacks, or the other way round, fails a test. */
export const DEPENDENCY_REASONS: Readonly<Record<string, string>> = {
  '@modelcontextprotocol/sdk': 'speaks MCP: the server over stdio, and the scripted client of the demo',
  'better-sqlite3': 'the state and the ledger: synchronous SQLite, prebuilt, no compiler',
  canonicalize: 'canonical JSON (RFC 8785), so that one meaning has one digest',
  chokidar: 'the watcher behind the timeline',
  commander: 'the command line and its help',
  diff: 'the diff that `ces approve` shows',
  execa: 'runs git and checks: argument lists, no shell, process groups, time limits',
  'fast-xml-parser': 'reads JUnit reports',
  picocolors: 'colours on a terminal',
  picomatch: 'matches paths against scopes',
  unbash: 'parses shell commands, to say which files they would write',
  'write-file-atomic': 'files that are whole or not there',
  yaml: '`.ces/policy.yaml`',
  zod: 'checks every input: tool calls, files, rows',
  '@biomejs/biome': 'lint and format',
  '@lydell/node-pty': 'a real terminal in the tests, prebuilt',
  '@modelcontextprotocol/conformance': 'holds the server against the protocol',
  '@modelcontextprotocol/inspector': 'asks the server what any MCP client would ask',
  '@modelcontextprotocol/server-filesystem': 'a peer in the benchmarks',
  '@modelcontextprotocol/server-memory': 'a peer in the benchmarks',
  '@types/better-sqlite3': 'types',
  '@types/node': 'types',
  '@types/picomatch': 'types',
  'dependency-cruiser': 'holds the architecture: which folder may import which',
  'conformance-next': 'the same, with its checks of the wire format',
  esbuild: 'bundles the program',
  'fast-check': 'property tests',
  knip: 'finds dead code',
  typescript: 'types',
  vitest: 'runs the tests',
};

/** The lines for the packages named, in that order. Throws where one has no reason. */
export function renderDependencies(names: readonly string[]): string {
  return names
    .map((name) => {
      const reason = DEPENDENCY_REASONS[name];
      if (reason === undefined) throw new Error(`scripts/docs/dependencies.ts gives no reason for ${name}.`);
      return `- \`${name}\`: ${reason}`;
    })
    .join('\n');
}
