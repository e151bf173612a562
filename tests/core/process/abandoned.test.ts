import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeAbandoned } from '../../../src/core/process/abandoned.js';
import { makeTempFolder } from '../../../src/core/temp-folders.js';
import { pollUntil } from '../../support/deadline.js';

let parent: string;
beforeEach(() => {
  parent = realpathSync(mkdtempSync(join(tmpdir(), 'abandoned-')));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

/** The folder as a process that is gone would have made it. */
function makeAbandoned(): string {
  const made = makeTempFolder('check', parent);
  const dead = spawnSync('true').pid;
  const folder = made.replace(`-${process.pid}-`, `-${dead}-`);
  renameSync(made, folder);
  mkdirSync(join(folder, 'tmp'));
  return folder;
}

describe('what killed processes of CES left', () => {
  it('is removed, with all that lies in it', async () => {
    const folder = makeAbandoned();
    writeFileSync(join(folder, 'tmp', 'file'), 'x');
    await removeAbandoned(parent);
    expect(existsSync(folder)).toBe(false);
  });

  it('stays while the process that made it lives', async () => {
    const folder = makeTempFolder('copy', parent);
    await removeAbandoned(parent);
    expect(existsSync(folder)).toBe(true);
  });

  it('is not looked for behind links or under names that CES does not give', async () => {
    const folder = makeAbandoned();
    const elsewhere = join(parent, 'elsewhere');
    renameSync(folder, elsewhere);
    symlinkSync(elsewhere, folder);
    const other = join(parent, 'ces-check-notes');
    mkdirSync(other);
    await removeAbandoned(parent);
    expect([elsewhere, folder, other].map((path) => existsSync(path))).toEqual([true, true, true]);
  });

  it.runIf(process.platform === 'linux')('includes a check that still runs', async () => {
    const folder = makeAbandoned();
    const check = spawn('sleep', ['300'], { env: { TMPDIR: join(folder, 'tmp') }, detached: true, stdio: 'ignore' });
    await removeAbandoned(parent);
    await pollUntil(() => check.signalCode === 'SIGKILL', { message: 'the check was killed' });
    expect(existsSync(folder)).toBe(false);
  });
});
