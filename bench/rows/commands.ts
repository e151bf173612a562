import { spawnSync } from 'node:child_process';
import { compare, time } from '../measure.js';
import { CES, shareProject } from '../project.js';
import type { Effort } from '../run.js';
import type { Row } from '../table.js';

/** Commands of the operator beside a Node that does nothing. */
export async function benchCommands({ quick }: Effort): Promise<Row[]> {
  const { root, env } = shareProject(1000);
  const run = (...argv: string[]) =>
    time(() => {
      const { status, stderr } = spawnSync(process.execPath, argv, { cwd: root, env });
      if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}`);
    });
  const subjects = {
    status: () => run(CES, 'status'),
    help: () => run(CES, '--help'),
    node: () => run('-e', '0'),
  };
  await compare(2, subjects);
  const { status, help, node } = await compare(quick ? 3 : 21, subjects);
  const peer = { name: 'node -e 0', value: node };
  const goal = { ratio: 2 };
  return [
    { work: 'ces status', unit: 'ms', ours: status, peer, goal },
    { work: 'ces --help', unit: 'ms', ours: help, peer, goal },
  ];
}
