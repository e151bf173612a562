import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createGovernedProject, type GovernedProject, placeOperatorKey } from '../support/governed-project.js';
import { approveWork, CHANGE, reviewWork, tryToApprove, workAndClaim } from './rig.js';

let project: GovernedProject;
beforeEach(async () => {
  project = await createGovernedProject({ beforeInit: placeOperatorKey });
});
afterEach(() => project?.dispose());

/** Two bytes that are no UTF-8, as they are held in text, and as they are shown. */
const [HELD, SHOWN] = ['x\udcff\udcfe.js', 'x\\u{DCFF}\\u{DCFE}.js'];
const put = (folder: string) =>
  writeFileSync(Buffer.from(`${project.repo.root}/${folder}x\xFF\xFE.js`, 'latin1'), 'odd();\n');
const readStatement = (): unknown => {
  const exported = join(project.repo.root, '.ces/exports');
  const [name = ''] = readdirSync(exported).filter((file) => file.endsWith('.statement.json'));
  return JSON.parse(readFileSync(join(exported, name), 'utf8'));
};
const write = () => project.repo.write('src/a.js', CHANGE);

// Only some file systems take such names.
describe.runIf(process.platform === 'linux')('a file whose name is not UTF-8', () => {
  test('in scope, it is refused by name, since no claim can name it, and the agent is told to rename it', async () => {
    const { claim } = await workAndClaim(project, {
      edit: () => {
        write();
        put('src/');
      },
    });
    expect(claim).toMatchObject({
      accepted: false,
      delta: { created: [`src/${HELD}`] },
      changed_unclaimed: [`src/${HELD}`],
      findings: expect.arrayContaining([
        expect.objectContaining({ path: `src/${HELD}`, fix: expect.stringContaining('give it another name') }),
      ]),
    });
    expect((await project.ces('status')).stdout).toContain('1 created');
    expect((await project.ces('explain')).stdout).toContain(`created src/${SHOWN}`);
  });

  test('before the work, it is shown as unattributed, and its name gets whole into the statement that is signed', async () => {
    put('src/');
    const { claim } = await workAndClaim(project, { edit: write });
    expect(claim).toMatchObject({
      accepted: true,
      findings: [expect.objectContaining({ kind: 'unattributed', path: `src/${HELD}` })],
    });
    expect((await project.ces('status')).stdout).toContain(`medium unattributed src/${SHOWN}`);
    const shown = await reviewWork(project);
    expect(shown).toContain(`src/${SHOWN}`);
    expect(shown).toContain('+odd();');
    await approveWork(project);
    expect(readStatement()).toMatchObject({ predicate: { unattributed: [expect.stringMatching(/^src\/x.*\.js$/)] } });
    project.repo.commit('Set a to two');
    expect(JSON.stringify(readStatement())).toContain(project.repo.git('rev-parse', 'HEAD^{tree}'));
    expect(await project.ask('status')).toMatchObject({
      exitCode: 0,
      json: { manifest: { approval: { status: 'approved' } } },
    });
  });

  test('out of scope, it is refused by name, and the operator is told the same', async () => {
    const { claim } = await workAndClaim(project, {
      edit: () => {
        write();
        put('');
      },
    });
    expect(claim).toMatchObject({ accepted: false });
    expect(claim.findings).toEqual(
      expect.arrayContaining([expect.objectContaining({ kind: 'scope_violation', severity: 'high', path: HELD })]),
    );
    for (const command of ['status', 'explain']) {
      const { exitCode, stdout } = await project.ces(command);
      expect({ command, exitCode, stdout }).toMatchObject({ exitCode: 1, stdout: expect.stringContaining(SHOWN) });
    }
    const { exitCode, output } = await tryToApprove(project);
    expect(exitCode).not.toBe(0);
    expect(output).not.toMatch(/Internal error/);
  });
});
