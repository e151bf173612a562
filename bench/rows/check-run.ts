import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare, time } from '../measure.js';
import { SERVERS } from '../peers.js';
import { createProject } from '../project.js';
import type { Effort } from '../run.js';
import type { Row } from '../table.js';

const FILES = 1000;

/** A check on a clean copy, contained where the machine can, beside its bare command. */
export async function benchCheckRun({ quick }: Effort): Promise<Row[]> {
  const argv = ['node', '-e', '0'];
  const project = createProject(FILES, argv);
  const server = await SERVERS.ces(project);
  let containment = '';
  let round = 0;
  const call = async (name: string, args: object): Promise<Record<string, unknown>> => {
    const answer = await server.request('tools/call', { name, arguments: args });
    const content = isRecord(answer) ? answer.structuredContent : undefined;
    if (!isRecord(content)) throw new Error(`${name} answered ${JSON.stringify(answer)}`);
    return content;
  };
  try {
    await call('ces_manifest', {
      objective: 'Change a value',
      scope: ['src/d0/f0.js'],
      acceptance_criteria: ['changed'],
    });
    const subjects = {
      contained: () => {
        round += 1;
        // A run of the same files would be answered from the record.
        writeFileSync(join(project.root, 'src', 'd0', 'f0.js'), `export const value = ${round};\n`);
        return time(async () => {
          const run = await call('ces_verify', {});
          if (run.verdict !== 'pass') throw new Error(`The check did not pass: ${JSON.stringify(run)}`);
          containment = String(run.containment);
        });
      },
      bare: () => time(() => spawnSync(process.execPath, argv.slice(1), { cwd: project.root, env: project.env })),
    };
    await compare(1, subjects);
    const { contained, bare } = await compare(quick ? 2 : 9, subjects);
    return [
      {
        work: `clean run of a check, ${FILES.toLocaleString('en')} files (${containment})`,
        unit: 'ms',
        ours: contained,
        peer: { name: 'the bare command', value: bare },
        goal: null,
      },
    ];
  } finally {
    await server.stop();
    project.dispose();
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
