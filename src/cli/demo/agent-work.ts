import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { CODE, MENDED_CODE, NEW_TESTS, REQUEST, STRAY, TEST, UNTOUCHED, WRONG_CODE } from './task.js';

export interface Tools {
  say(text: string): void;
  /** Calls a tool of CES; `step` names the call for whoever follows, `text` says it in words. */
  call(
    step: string,
    tool: string,
    args: Record<string, unknown>,
    text: string,
  ): Promise<Readonly<Record<string, unknown>>>;
}

const manifestSchema = z.object({
  manifest_id: z.string(),
  acceptance_criteria: z.array(z.object({ id: z.string() })),
});
const refusalSchema = z.object({
  findings: z.array(z.object({ kind: z.string(), path: z.string().optional() })),
  delta: z.object({ created: z.array(z.string()), modified: z.array(z.string()), deleted: z.array(z.string()) }),
});
const evidenceSchema = z.object({ evidence_id: z.string() });

/** The agent's behaviour: hasty at first, then led by CES's answers. Paths are relative to the working folder. */
export async function work({ say, call }: Tools): Promise<void> {
  const { manifest_id, acceptance_criteria } = manifestSchema.parse(
    await call('manifest', 'ces_manifest', { ...REQUEST }, `may I? "${REQUEST.objective}"`),
  );
  const criteria = acceptance_criteria.map(({ id }) => id);

  const before = new Map<string, string>();
  const write = async (path: string, change: (text: string) => string): Promise<void> => {
    const text = await readFile(path, 'utf8');
    if (!before.has(path)) before.set(path, text);
    await writeFile(path, change(text));
  };
  const restore = async (path: string): Promise<void> => {
    const text = before.get(path);
    if (text === undefined) throw new Error(`${path} is not a file that I changed`);
    await writeFile(path, text);
  };

  await write(CODE, (text) => text + WRONG_CODE);
  await write(TEST, (text) => text + NEW_TESTS);
  say('writes truncate() and a test for it.');
  await call('oracle', 'ces_status', { paths: [STRAY] }, `may I write ${STRAY} as well?`);
  await write(STRAY, (text) => `${text}\nNow with truncate().\n`);
  say(`writes ${STRAY} all the same: it has a shell, and no hook stops it.`);

  const hasty = { manifest_id, summary: 'Done, all tests pass.', files_changed: [CODE, UNTOUCHED], criteria: [] };
  const words = '"Done, all tests pass." It ran none.';
  const refusal = refusalSchema.parse(await call('early-claim', 'ces_completion_claim', hasty, words));

  const stray = refusal.findings.flatMap(({ kind, path }) => (kind === 'scope_violation' && path ? [path] : []));
  for (const path of stray) await restore(path);
  say(`puts ${stray.join(', ')} back as it was, and asks for the checks.`);
  const { created, modified, deleted } = refusal.delta;
  const files_changed = [...created, ...modified, ...deleted].filter((path) => !stray.includes(path));
  await call('first-run', 'ces_verify', { manifest_id }, 'run the checks.');

  await write(CODE, (text) => text.replace(WRONG_CODE, () => MENDED_CODE));
  say(`reads the failure and mends truncate() in ${CODE}.`);
  const evidence = {
    manifest_id,
    criteria,
    kind: 'file',
    path: TEST,
    summary: 'A test with a long and a short text: within the limit, and cut between words.',
  };
  const { evidence_id } = evidenceSchema.parse(
    await call('evidence', 'ces_evidence_submit', evidence, `${TEST} speaks for ${criteria.join(' and ')}.`),
  );
  await call('second-run', 'ces_verify', { manifest_id }, 'run the checks again.');
  const honest = {
    manifest_id,
    summary: 'truncate() cuts between words and counts its dots.',
    files_changed,
    criteria: criteria.map((id) => ({ id, evidence: [evidence_id] })),
  };
  await call('claim', 'ces_completion_claim', honest, `done: ${files_changed.join(', ')}.`);
}
