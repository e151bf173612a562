import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cesProgram, nodeProgram, runCes } from '../../tests/support/built.js';
import { PASSPHRASE, runWithInput } from '../../tests/support/keys.js';
import { type McpSession, startMcp } from '../../tests/support/mcp-client.js';
import { startOnPty } from '../../tests/support/pty.js';
import { createExampleProject, type ExampleProject, editExample, SIGNER } from './example-project.js';

/** What each step of a real loop printed, by the command as the documentation writes it. Not normalised. */
export interface LoopRecord {
  readonly outputs: ReadonlyMap<string, string>;
  /** The signed statement, pretty-printed. */
  readonly statement: string;
  readonly root: string;
  readonly home: string;
}

/** The loop of the README from `ces init` to `ces audit verify`, with the built program, a real client and a terminal. */
export async function recordLoop(inspect?: (project: ExampleProject) => unknown): Promise<LoopRecord> {
  const project = await createExampleProject();
  const { repo, home } = project;
  const outputs = new Map<string, string>();
  const ces = async (args: string[], name = `ces ${args.join(' ')}`): Promise<void> => {
    const run = await runCes(args, { cwd: repo.root, env: home.env });
    outputs.set(name, `${run.stdout}${run.stderr}`);
  };
  let client: McpSession | undefined;
  try {
    outputs.set('ces key create', await createKey());
    await ces(['init']);
    repo.commit('Govern this repository with CES');
    client = await startMcp(repo.root, home.env);
    await work(client, project, outputs);
    await ces(['status']);
    outputs.set('ces approve', await approve(project));
    await ces(['status'], 'ces status, approved');
    const [statementPath = '', signaturePath = ''] = listExports(repo.root);
    outputs.set('ssh-keygen -Y verify', await verifyWithSsh(project, statementPath, signaturePath));
    repo.commit('Greet strangers');
    await ces(['audit', '--type', 'decision.signed']);
    await ces(['audit', 'verify']);
    await ces(['why']);
    await inspect?.(project);
    const statement = JSON.stringify(JSON.parse(readFileSync(statementPath, 'utf8')), abridge, 2);
    return { outputs, statement, root: repo.root, home: home.folder };
  } finally {
    await client?.close();
    project.dispose();
  }
}

async function work(client: McpSession, { repo }: ExampleProject, outputs: Map<string, string>): Promise<void> {
  const call = async (
    tool: string,
    args: Record<string, unknown>,
    name = tool,
  ): Promise<Readonly<Record<string, unknown>>> => {
    const answer = await client.call(tool, args);
    outputs.set(
      name,
      [`${tool} ${JSON.stringify(args)}`, '', answer.text, ...listFindings(answer.structured)].join('\n'),
    );
    return answer.structured;
  };
  const manifest = await call('ces_manifest', {
    objective: 'Greet somebody without a name as stranger',
    scope: ['src/greet.js', 'test/greet.test.js'],
    acceptance_criteria: ["greet('') gives 'Hello, stranger!'"],
  });
  const manifest_id = String(manifest.manifest_id);
  editExample(repo);
  const files_changed = ['src/greet.js', 'test/greet.test.js'];
  const summary = 'An empty name is greeted as stranger';
  await call(
    'ces_completion_claim',
    { manifest_id, summary, files_changed: ['src/greet.js'], criteria: [] },
    'ces_completion_claim, too early',
  );
  const evidence = await call('ces_evidence_submit', {
    manifest_id,
    criteria: ['AC-1'],
    kind: 'observation',
    summary: 'The new test greets a stranger',
  });
  await call('ces_verify', { manifest_id });
  await call('ces_completion_claim', {
    manifest_id,
    summary,
    files_changed,
    criteria: [{ id: 'AC-1', evidence: [String(evidence.evidence_id)] }],
  });
}

function listFindings({ findings }: Readonly<Record<string, unknown>>): string[] {
  const list: readonly unknown[] = Array.isArray(findings) ? findings : [];
  return list.flatMap((finding) => (isFinding(finding) ? [`  ${finding.kind}: ${finding.message}`] : []));
}

function isFinding(value: unknown): value is { kind: string; message: string } {
  return typeof value === 'object' && value !== null && 'kind' in value && 'message' in value;
}

async function createKey(): Promise<string> {
  const project = await createExampleProject();
  const keyless = { ...project.home.env, XDG_CONFIG_HOME: join(project.home.folder, '.config') };
  const terminal = startOnPty([nodeProgram, cesProgram(), 'key', 'create'], { cwd: project.home.folder, env: keyless });
  try {
    for (const prompt of [/New passphrase: ?$/, /The same again: ?$/]) {
      await terminal.waitFor(prompt);
      terminal.write(`${PASSPHRASE}\r`);
    }
    await terminal.exit;
    return terminal
      .output()
      .replaceAll(project.home.folder, '/home/ada')
      .replace(/the name \S+\./, `the name ${SIGNER}.`);
  } finally {
    await terminal.dispose();
    project.dispose();
  }
}

async function approve({ repo, home }: ExampleProject): Promise<string> {
  const terminal = startOnPty([nodeProgram, cesProgram(), 'approve'], { cwd: repo.root, env: home.env });
  try {
    await terminal.waitFor(/\[y\/N\] ?$/);
    terminal.write('y\r');
    await terminal.waitFor(/Enter passphrase[^\n]*: ?$/);
    terminal.write(`${PASSPHRASE}\r`);
    await terminal.exit;
    return terminal.output();
  } finally {
    await terminal.dispose();
  }
}

async function verifyWithSsh({ home }: ExampleProject, statement: string, signature: string): Promise<string> {
  const signers = join(home.env.XDG_CONFIG_HOME ?? '', 'ces', 'allowed_signers');
  const args = ['-Y', 'verify', '-f', signers, '-I', SIGNER, '-n', 'ces-approval', '-s', signature];
  const { stdout, stderr } = await runWithInput('ssh-keygen', args, readFileSync(statement));
  return `${stdout}${stderr}`;
}

function listExports(root: string): string[] {
  const folder = join(root, '.ces', 'exports');
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.map((name) => join(folder, name));
}

// The whole manifest stands in the statement; in the documentation it would hide the rest.
function abridge(key: string, value: unknown): unknown {
  return key === 'body' ? { '…': 'the whole manifest' } : value;
}
