import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { moveThrough } from './files.js';
import type { Mutation } from './mutation.js';

/** What is no regular file, or can't be read. */
export const specialFiles: readonly Mutation[] = [
  {
    name: 'a FIFO in the place of a file',
    mutate: (root) => {
      rmSync(join(root, 'src/a.ts'));
      execFileSync('mkfifo', [join(root, 'src/a.ts')]);
    },
    shows: { candidate: ['deleted src/a.ts'], residue: ['special src/a.ts'], refusals: ['special src/a.ts'] },
    findings: ['high residue src/a.ts'],
    says: "src/a.ts can't be judged by its bytes (special): a FIFO",
  },
  {
    name: 'a socket',
    mutate: (root) => {
      // Killed at once, since a server that ends takes its socket with it.
      const program = 'require("net").createServer().listen("src/s", () => process.kill(process.pid, "SIGKILL"))';
      execFileSync('sh', ['-c', '"$0" -e "$1" || true', process.execPath, program], { cwd: root, stdio: 'ignore' });
    },
    shows: { residue: ['special src/s'] },
    findings: ['medium residue src/s'],
    says: 'src/s was created outside what a commit holds (special).',
  },
  {
    name: 'a device in the place of a file',
    mutate: (root) => {
      rmSync(join(root, 'src/a.ts'));
      execFileSync('mknod', [join(root, 'src/a.ts'), 'c', '1', '3']);
    },
    shows: { candidate: ['deleted src/a.ts'], residue: ['special src/a.ts'], refusals: ['special src/a.ts'] },
    findings: ['high residue src/a.ts'],
    says: "src/a.ts can't be judged by its bytes (special): a device",
    unless: () => (canMakeDevice() ? null : 'no device may be made here'),
  },
  {
    name: 'an unreadable file',
    mutate: (root) => chmodSync(join(root, 'src/a.ts'), 0o000),
    shows: { candidate: ['modified src/a.ts'], refusals: ['unreadable src/a.ts'] },
    findings: ['high residue src/a.ts'],
    says: "src/a.ts can't be judged by its bytes (unreadable): EACCES",
    ordinaryUser: true,
  },
  {
    name: 'an unreadable folder',
    mutate: (root) => chmodSync(join(root, 'src/deep'), 0o000),
    release: (root) => chmodSync(join(root, 'src/deep'), 0o755),
    shows: { candidate: ['created src/deep', 'deleted src/deep/c.ts'], refusals: ['unreadable src/deep'] },
    findings: ['high residue src/deep'],
    says: "src/deep can't be judged by its bytes (unreadable): it cannot be looked at",
    ordinaryUser: true,
  },
];

function canMakeDevice(): boolean {
  try {
    moveThrough((outside) => execFileSync('mknod', [outside, 'c', '1', '3'], { stdio: 'ignore' }));
    return true;
  } catch {
    return false;
  }
}
