import { appendFile, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { SIGNATURE_NAMESPACE } from '../../core/approval/statement-schema.js';
import { type RunResult, runProcess } from '../../core/process/run.js';
import { findSshKeygen } from '../../core/ssh-keygen.js';
import { type DemoProject, PRINCIPAL, runGit } from './demo-project.js';
import type { SignedChange } from './operator.js';
import { programPath } from './programs.js';
import type { Story } from './story.js';
import { CODE } from './task.js';

const TIMEOUT_MS = 60_000;
const auditSchema = z.object({ ok: z.boolean(), entries: z.number(), head: z.object({ hash: z.string() }).nullable() });
const statusSchema = z.object({
  findings: z.array(z.object({ kind: z.string(), severity: z.string(), message: z.string() })),
});

/** What stock ssh-keygen said of the statement. */
export interface SignatureCheck {
  readonly argv: readonly string[];
  readonly exitCode: number | null;
  readonly output: string;
}

/** Has git and ssh-keygen, which know nothing of CES, look at what was signed. */
export async function checkWithoutCes(
  story: Story,
  project: DemoProject,
  signed: SignedChange,
  signal: AbortSignal,
): Promise<SignatureCheck> {
  story.begin('recompute', 'anyone');
  // An index of its own, so that the project's stays as it is.
  const index = { GIT_INDEX_FILE: join(project.folder, 'tmp', 'index') };
  await runGit(project, ['add', '--all'], index);
  const tree = await runGit(project, ['write-tree'], index);
  story.tell(`git write-tree says ${tree}, the tree that was signed.`, 'good');
  story.expect(tree === signed.gitTree, `the signed tree ${signed.gitTree}`);

  story.begin('ssh-keygen', 'anyone');
  const signers = relative(project.root, join(project.folders.configDir, 'allowed_signers'));
  const options = ['-Y', 'verify', '-n', SIGNATURE_NAMESPACE, '-I', PRINCIPAL, '-f', signers];
  const argv = [await findSshKeygen(), ...options, '-s', signed.signaturePath];
  story.code(`$ ssh-keygen ${options.slice(0, -2).join(' ')} \\`);
  story.code(`    -f ${signers} \\`);
  story.code(`    -s ${signed.signaturePath} \\`);
  story.code(`    < ${signed.statementPath}`);
  const statement = await readFile(join(project.root, signed.statementPath));
  const result = await run(project, argv, signal, statement);
  const output = `${result.stdout.toString('utf8')}${result.stderr.toString('utf8')}`.trim();
  for (const line of output.split('\n')) story.quote(line, result.exitCode === 0 ? 'good' : 'bad');
  story.expect(result.exitCode === 0 && output.startsWith('Good '), 'a good signature, by ssh-keygen');
  const altered = Buffer.from(statement);
  altered.writeUInt8(altered.readUInt8(altered.length - 2) ^ 1, altered.length - 2);
  const refused = await run(project, argv, signal, altered);
  story.tell(`The same with one bit of the statement turned: exit code ${refused.exitCode}.`);
  story.expect(refused.exitCode !== null && refused.exitCode !== 0, 'a refusal of the altered statement');
  return { argv, exitCode: result.exitCode, output };
}

/** `ces audit verify` and `ces status`, as programs of their own; then one changed line, and `ces status` again. */
export async function lookAndChange(story: Story, project: DemoProject, signal: AbortSignal): Promise<void> {
  story.begin('audit', 'operator');
  const audit = await runCes(project, ['audit', 'verify'], signal);
  const { ok, entries, head } = auditSchema.parse(audit.json);
  story.tell(
    `ces audit verify: exit code ${audit.exitCode}; ${entries} entries, the chain holds to ${head?.hash.slice(0, 16)}.`,
  );
  story.expect(audit.exitCode === 0 && ok, 'a ledger that verifies');

  story.begin('status-before', 'operator');
  const before = await runCes(project, ['status'], signal);
  story.tell(
    `ces status: exit code ${before.exitCode}; ${statusSchema.parse(before.json).findings.length} findings.`,
    'good',
  );
  story.expect(before.exitCode === 0, 'a status without findings');

  story.begin('changed-after', 'operator');
  await appendFile(join(project.root, CODE), '// one more line, after the approval\n');
  story.tell(`Now one line is added to ${CODE}.`);
  const after = await runCes(project, ['status'], signal);
  const stale = statusSchema.parse(after.json).findings.find(({ kind }) => kind === 'stale');
  story.tell(`ces status: exit code ${after.exitCode}. ${stale?.message ?? 'It says nothing of it.'}`, 'bad');
  story.expect(after.exitCode === 1 && stale !== undefined, 'an approval that no longer covers the files');
}

async function runCes(
  project: DemoProject,
  args: readonly string[],
  signal: AbortSignal,
): Promise<{ exitCode: number | null; json: unknown }> {
  const result = await run(project, [process.execPath, programPath('ces.js'), ...args, '--json'], signal);
  const text = result.stdout.toString('utf8');
  if (text === '') throw new Error(`ces ${args.join(' ')} answered nothing: ${result.stderr.toString('utf8')}`);
  return { exitCode: result.exitCode, json: JSON.parse(text) };
}

function run(
  { root, env }: DemoProject,
  argv: readonly string[],
  signal: AbortSignal,
  input?: Buffer,
): Promise<RunResult> {
  return runProcess(argv, { cwd: root, env, input, signal, timeoutMs: TIMEOUT_MS, maxBytes: 4 * 1024 * 1024 });
}
