import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { GovernedProject } from '../support/governed-project.js';
import { approveWork, CHANGE, createClaimedProject, takeSnapshot, tryToApprove, workAndClaim } from './rig.js';

const EVIL = `${CHANGE}evil();\n`;
const LOOKS = ['status', 'why', 'explain'] as const;

let project: GovernedProject;
let manifest: string;
let claimed: { restore(): void };
let approved: { restore(): void };
beforeAll(async () => {
  ({ project, manifest } = await createClaimedProject());
  claimed = takeSnapshot(project, 'claimed');
  await approveWork(project);
  approved = takeSnapshot(project, 'approved');
});
afterAll(() => project?.dispose());

const write = (path: string, text: string) => project.repo.write(path, text);
const git = (...args: string[]) => project.repo.git(...args);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Commits and index as they were when the work was claimed, files and state as one of the snapshots has them. */
function goBack(snapshot: { restore(): void }): void {
  git('reset', '-q', '--soft', start);
  git('reset', '-q');
  snapshot.restore();
}
let start: string;
beforeAll(() => {
  start = git('rev-parse', 'HEAD');
});

/** What was learned of unchanged files: no secret, and whoever writes files can write it. */
function changeCache(change: (rows: { files: unknown[][]; blobs: unknown[][] }) => void): void {
  const folder = join(project.home.env.XDG_STATE_HOME ?? '', 'ces/projects');
  const [id = ''] = readdirSync(folder);
  const path = join(folder, id, 'scan-cache.json');
  const cache = JSON.parse(readFileSync(path, 'utf8'));
  change(cache.rows);
  writeFileSync(path, JSON.stringify(cache));
}

/** Writes other bytes, and that they are the claimed ones. */
function changeUnseen(): void {
  write('src/a.js', EVIL);
  const stats = statSync(join(project.repo.root, 'src/a.js'));
  const { size, mtimeMs, ctimeMs, ino, mode } = stats;
  changeCache(({ files }) => {
    const at = files.findIndex(([path]) => path === 'src/a.js');
    expect(at).toBeGreaterThanOrEqual(0);
    files[at] = ['src/a.js', '100644', sha256(CHANGE), CHANGE.length, size, mtimeMs, ctimeMs, ino, mode];
  });
}

/** No look calls it approved and done, or names git commit as the next step. */
async function expectNotCovered(): Promise<void> {
  for (const command of LOOKS) {
    const { exitCode, stdout } = await project.ces(command);
    const next = /^(?:Next|Then|Run)\b.*git commit/m.test(stdout);
    expect({ command, exitCode, next }).toEqual({ command, exitCode: 1, next: false });
  }
}

describe('after the approval', () => {
  beforeEach(() => goBack(approved));

  test('exactly what was approved is to be committed, and once it is, everything says so', async () => {
    for (const command of ['status', 'why']) {
      const { exitCode, stdout } = await project.ces(command);
      expect({ command, exitCode, stdout }).toMatchObject({
        exitCode: 0,
        stdout: expect.stringContaining('git commit'),
      });
    }
    project.repo.commit('Set a to two');
    expect((await project.ces('status')).exitCode).toBe(0);
  });

  test.each([
    ['an edit', () => write('src/a.js', EVIL)],
    ['a new file', () => write('src/b.js', EVIL)],
    ['a deletion', () => project.repo.remove('README.md')],
  ])('%s makes every look end with 1, and none says git commit', async (_, edit) => {
    edit();
    try {
      await expectNotCovered();
    } finally {
      git('checkout', '-q', '--', 'README.md');
    }
  });

  test('an edit with the approved digest written into the scan cache is seen: no look calls it approved', async () => {
    expect((await project.ces('status')).exitCode).toBe(0);
    changeUnseen();
    await expectNotCovered();
    expect((await project.ask('status')).json).toMatchObject({ manifest: { approval: { status: 'stale' } } });
  });

  test('other bytes that were staged before are not to be committed', async () => {
    write('src/a.js', EVIL);
    git('add', 'src/a.js');
    write('src/a.js', CHANGE);
    const { exitCode, json } = await project.ask('status');
    expect(exitCode).toBe(1);
    expect(json.findings).toEqual([expect.objectContaining({ kind: 'residue', severity: 'high', path: 'src/a.js' })]);
    await expectNotCovered();
  });

  test('a commit of other bytes makes status end with 1, though the approved files lie there again', async () => {
    write('src/a.js', EVIL);
    project.repo.commit('Set a to two');
    write('src/a.js', CHANGE);
    const { exitCode, json } = await project.ask('status');
    expect(exitCode).toBe(1);
    expect(json.findings).toEqual(
      expect.arrayContaining([expect.objectContaining({ kind: 'stale', severity: 'high', check: 'head' })]),
    );
    await expectNotCovered();
  });
});

describe('before the approval', () => {
  beforeEach(() => goBack(claimed));

  test('what the scan cache says fools a quick look at unfinished work, and never the operator who approves', async () => {
    // Only so is it known that the poison is one.
    write('src/a.js', EVIL);
    expect((await project.ask('status')).exitCode).toBe(1);
    changeUnseen();
    expect((await project.ask('status')).exitCode).toBe(0);
    const { exitCode, output } = await tryToApprove(project);
    expect(exitCode).toBe(1);
    expect(output).toContain('evil();');
    expect(output).toMatch(/files changed after the accepted claim/);
  });

  test('a blob id of other bytes in the scan cache does not get into what is signed', async () => {
    const other = git('hash-object', '-w', '.ces/policy.yaml');
    const own = git('hash-object', 'src/a.js');
    changeCache(({ blobs }) => {
      const at = blobs.findIndex(([digest, blob]) => digest === sha256(CHANGE) && blob === own);
      expect(at).toBeGreaterThanOrEqual(0);
      blobs[at] = [sha256(CHANGE), other, CHANGE.length];
    });
    await approveWork(project);
    const exported = join(project.repo.root, '.ces/exports');
    const [name = ''] = readdirSync(exported).filter((file) => file.endsWith('.statement.json'));
    const signed = readFileSync(join(exported, name), 'utf8');
    git('add', '-A');
    expect(JSON.parse(signed).subject).toContainEqual(
      expect.objectContaining({ digest: expect.objectContaining({ gitTree: git('write-tree') }) }),
    );
  });

  test('what is staged beside the files keeps the operator from signing, until it is staged as it lies there', async () => {
    write('src/a.js', EVIL);
    write('src/backdoor.js', EVIL);
    git('add', '-A');
    write('src/a.js', CHANGE);
    project.repo.remove('src/backdoor.js');
    const { exitCode, output } = await tryToApprove(project);
    expect(exitCode).toBe(1);
    for (const path of ['src/a.js', 'src/backdoor.js'])
      expect(output).toContain(`git has something staged for ${path} that is neither in the base`);
    git('add', '-A');
    await approveWork(project);
    project.repo.commit('Set a to two');
    expect((await project.ces('status')).exitCode).toBe(0);
  });

  test('what an agent stages beside the files it shows is refused at its claim, with how to mend it', async () => {
    expect((await project.ces('reject', manifest, '--cancel', '--reason', 'Anew')).exitCode).toBe(0);
    const { claim } = await workAndClaim(project, {
      edit: () => {
        write('src/a.js', EVIL);
        write('src/backdoor.js', EVIL);
        git('add', '-A');
        write('src/a.js', CHANGE.replace('2', '3'));
        project.repo.remove('src/backdoor.js');
      },
    });
    const staged = (path: string) =>
      expect.objectContaining({
        kind: 'residue',
        severity: 'high',
        path,
        fix: expect.stringContaining(`git add -A -- "${path}"`),
      });
    expect(claim).toMatchObject({ accepted: false });
    expect(claim.findings).toEqual(expect.arrayContaining([staged('src/a.js'), staged('src/backdoor.js')]));
  });
});
