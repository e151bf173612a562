import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderTable } from '../../bench/table.js';
import { cesProgram, nodeProgram, projectRoot } from '../support/built.js';

describe('npm run bench', () => {
  it.each(['commands', 'server', 'ledger', 'append-many', 'check-run', 'scan', 'memory'])(
    'measures %s beside its peer',
    (group) => {
      cesProgram();
      const argv = [join(projectRoot, 'scripts', 'run-ts.mjs'), 'bench/run.ts', '--quick', '--only', group];
      const { status, stdout, stderr } = spawnSync(nodeProgram, argv, { cwd: projectRoot, encoding: 'utf8' });
      expect(stderr).toBe(`${group} …\n`);
      expect(status).toBe(0);
      const [head = '', , ...rows] = stdout.split('\n').filter((line) => line.startsWith('|'));
      expect(head).toMatch(/^\| work +\| ces /);
      if (process.platform === 'linux' || group !== 'memory') expect(rows.length).toBeGreaterThan(0);
      expect(stdout).not.toContain('NaN');
    },
  );
});

describe('the table', () => {
  it('says of each goal whether it was met: a ratio to the peer, or a bound', () => {
    const peer = { name: 'peer', value: 10 };
    const text = renderTable([
      { work: 'a', unit: 'ms', ours: 12, peer, goal: { ratio: 1.2 } },
      { work: 'b', unit: 'ms', ours: 13, peer, goal: { ratio: 1.2 } },
      { work: 'c', unit: 'MB', ours: 200, peer: null, goal: { bound: 200 } },
      { work: 'd', unit: 'MB', ours: 201, peer, goal: { bound: 200 } },
    ]);
    const verdicts = text
      .split('\n')
      .slice(2)
      .map((line) => /(met|missed) *\|$/.exec(line)?.[1]);
    expect(verdicts).toEqual(['met', 'missed', 'met', 'missed']);
  });
});
