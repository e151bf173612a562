import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createWorkspace } from '../../src/core/workspace/workspace.js';
import { compare, time } from '../measure.js';
import { shareProject } from '../project.js';
import type { Effort } from '../run.js';
import type { Row } from '../table.js';

const GIT = ['-c', 'core.fsmonitor=false', '--no-optional-locks', 'status', '--porcelain'];

/** A full scan beside reading and hashing the same files once, and a stat pass beside git's own look. */
export async function benchScan({ quick }: Effort): Promise<Row[]> {
  const sizes = quick ? [1000] : [1000, 10_000, 100_000];
  const rows: Row[] = [];
  for (const files of sizes) rows.push(...(await benchSize(files, quick ? 3 : files > 20_000 ? 5 : 9)));
  return rows;
}

async function benchSize(files: number, rounds: number): Promise<Row[]> {
  const { root, env } = shareProject(files);
  const workspace = createWorkspace({ root });
  const base = await workspace.readBase();
  const localIgnores = await workspace.readLocalIgnores();
  const scan = (mode: 'full' | 'stat') => time(() => workspace.scan({ mode, base, localIgnores }));
  const subjects = {
    full: () => scan('full'),
    loop: () => time(() => hashEverything(root)),
    stat: () => scan('stat'),
    git: () => time(() => execFileSync('git', GIT, { cwd: root, env })),
  };
  await compare(1, subjects);
  const { full, loop, stat, git } = await compare(rounds, subjects);
  const count = files.toLocaleString('en');
  return [
    {
      work: `full content scan, ${count} files, warm`,
      unit: 'ms',
      ours: full,
      peer: { name: 'walk, read, sha256', value: loop },
      goal: { ratio: 1.3 },
    },
    {
      work: `stat pass, ${count} files`,
      unit: 'ms',
      ours: stat,
      peer: { name: 'git status', value: git },
      goal: { ratio: 3 },
    },
  ];
}

function hashEverything(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== '.git') hashEverything(path);
      continue;
    }
    const bytes = entry.isSymbolicLink() ? readlinkSync(path) : readFileSync(path);
    createHash('sha256').update(bytes).digest('hex');
  }
}
