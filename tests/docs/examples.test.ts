import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LoopRecord, recordLoop } from '../../scripts/docs/example-loop.js';
import type { ExampleProject } from '../../scripts/docs/example-project.js';
import { comparable } from '../../scripts/docs/normalize.js';
import { normalizeLoop, recordDemo } from '../../scripts/docs/outputs.js';
import { listSections, readBlock } from '../../scripts/docs/sections.js';
import { nodeProgram, runCes } from '../support/built.js';
import { createTempRepo, type TempRepo } from '../support/temp-repo.js';
import { exampleOf, partOf, readPages, readRows } from './pages.js';

const pages = readPages();
const howItWorks = pages.find(({ path }) => path === 'docs/how-it-works.md')?.text ?? '';
const readme = pages.find(({ path }) => path === 'README.md')?.text ?? '';

interface Seen {
  readonly digest: string;
  readonly statement: { subject: { digest: Record<string, string> }[] };
  readonly ledgerExample: string;
  readonly files: readonly string[];
  readonly exitCodes: readonly (number | null)[];
}

describe('a real run of the loop', () => {
  let loop: LoopRecord;
  let outputs: Map<string, string>;
  let seen: Seen;

  beforeAll(async () => {
    loop = await recordLoop(async (project) => {
      seen = await inspect(project);
    });
    outputs = normalizeLoop(loop);
  });

  const blocks = pages.flatMap(({ path, text }) =>
    listSections(text)
      .filter(({ kind, name }) => kind === 'output' && !name.startsWith('npm '))
      .map(({ name, body }) => ({ path, name, block: readBlock(body) })),
  );

  test.each(blocks)('prints what $path shows for "$name" (else: npm run docs)', ({ name, block }) => {
    expect(block).not.toBe('');
    expect(comparable(block)).toEqual(comparable(outputs.get(name) ?? 'nothing printed this'));
  });

  test('gives the candidate digest and the git tree that the documented shell lines recompute from the commit', () => {
    const [candidate, gitTree] = seen.statement.subject;
    expect(seen.digest).toBe(candidate?.digest.sha256);
    expect(gitTree?.digest.gitTree).toMatch(/^[0-9a-f]{40}$/);
  });

  test('leaves a ledger that the documented lines verify, with the head that ces audit verify names', () => {
    const head = /head ([0-9a-f]{64})/.exec(loop.outputs.get('ces audit verify') ?? '')?.[1];
    expect(seen.ledgerExample).toMatch(new RegExp(`^\\d+ entries, head ${head}\n$`));
  });

  test('ends with the exit codes that the README’s table has, one of each', () => {
    const table = /## Exit codes\n([\s\S]*?)\n## /.exec(readme)?.[1] ?? '';
    expect(readRows(table).map(([code]) => Number(code))).toEqual(seen.exitCodes);
  });

  test('leaves no file that the README’s table of files does not have', () => {
    const known = readRows(partOf(readme, 'files')).map(([cell = '']) => cell.replaceAll('`', ''));
    const covered = (file: string) =>
      known.some((path) => file === path || (path.endsWith('/') && file.startsWith(path)) || isBeside(file, path));
    expect(seen.files.length).toBeGreaterThan(6);
    expect(seen.files.filter((file) => !covered(file))).toEqual([]);
  });
});

describe('the documented lines', () => {
  let repo: TempRepo;
  beforeAll(() => {
    repo = createTempRepo({ 'a.b': 'one\n', 'a/b c.txt': 'two\n', 'ä "q"\ttab': 'three', 'run.sh': '#!/bin/sh\n' });
    execFileSync('ln', ['-s', 'a.b', join(repo.root, 'link')]);
    execFileSync('chmod', ['+x', join(repo.root, 'run.sh')]);
    repo.commit('Odd names');
  });
  afterAll(() => repo.dispose());

  test('for the digest give what CES gives, for odd names, links and modes as well', async () => {
    const { createWorkspace } = await import('../../src/core/workspace/workspace.js');
    const base = await createWorkspace({ root: repo.root }).readBase();
    expect(`sha256:${runDigestExample(repo.root)}`).toBe(base.tree.digest);
  });
});

test('npm run demo prints what the README shows, up to ids, times and the machine (else: npm run docs)', async () => {
  const section = listSections(readme).find(({ name }) => name === 'npm run demo');
  const [shown, printed] = [readBlock(section?.body ?? ''), await recordDemo()];
  expect(speakers(printed)).toEqual(speakers(shown));
  if (/bubblewrap/.test(printed) === /bubblewrap/.test(shown)) expect(comparable(printed)).toEqual(comparable(shown));
});

test('the line of npm test in the README has the stages of npm test', () => {
  const section = listSections(readme).find(({ name }) => name === 'npm test');
  const block = readBlock(section?.body ?? '');
  const source = readFileSync(new URL('../../scripts/test.mjs', import.meta.url), 'utf8');
  const names = [...source.matchAll(/name: '([^']+)'/g)].map(([, name = '']) => name);
  const stages = ['types', 'lint', 'dead code', 'tests', 'no Node warnings'];
  expect(names.toSorted()).toEqual(stages.toSorted());
  const list = stages.map((name) => `${name} ok`).join(', ');
  expect(block).toMatch(new RegExp(`^passed: ${list}, (\\d+|N) tests passed, 0 failed \\((\\d+|N) s\\)$`));
});

async function inspect(project: ExampleProject): Promise<Seen> {
  const { repo, home } = project;
  const exported = readdirSync(join(repo.root, '.ces/exports')).find((name) => name.endsWith('.statement.json')) ?? '';
  const script = join(home.folder, 'check-ledger.mjs');
  writeFileSync(script, exampleOf(howItWorks, 'ledger'));
  const args = ['--disable-warning=ExperimentalWarning', script, join(repo.root, '.ces/state.db')];
  const ledgerExample = execFileSync(nodeProgram, args, { encoding: 'utf8' });
  return {
    exitCodes: await readExitCodes(project),
    digest: runDigestExample(repo.root),
    statement: JSON.parse(readFileSync(join(repo.root, '.ces/exports', exported), 'utf8')),
    ledgerExample,
    files: [
      ...list(join(repo.root, '.ces'), '.ces'),
      ...list(join(home.folder, 'config/ces'), '~/.config/ces'),
      ...list(join(home.folder, 'state/ces'), '~/.local/state/ces'),
    ],
  };
}

/** Of what the table of exit codes says, one each: yes, no, could not, may not. */
async function readExitCodes({ repo, home }: ExampleProject): Promise<(number | null)[]> {
  const run = async (args: readonly string[], extra: Readonly<Record<string, string>> = {}) =>
    (await runCes(args, { cwd: repo.root, env: { ...home.env, ...extra } })).exitCode;
  const yes = await run(['status']);
  repo.write('src/greet.js', 'changed after the approval\n');
  return [yes, await run(['status']), await run(['frobnicate']), await run(['approve'], { CLAUDECODE: '1' })];
}

function runDigestExample(cwd: string): string {
  return execFileSync('bash', ['-c', exampleOf(howItWorks, 'digest'), 'digest'], { cwd, encoding: 'utf8' }).trim();
}

function list(folder: string, name: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).replace(folder, name));
}

function isBeside(file: string, path: string): boolean {
  return [`${path}-wal`, `${path}-shm`, `${path}.pub`].includes(file);
}

/** Who speaks, in order: what stays the same whatever the machine has. */
function speakers(text: string): string[] {
  return [...text.matchAll(/^([A-Z]{3,}) {2,}/gm)].map(([, name = '']) => name);
}
