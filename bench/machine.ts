import { spawnSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem } from 'node:os';

/** What the figures were measured on, one line each. */
export function describeMachine(): string[] {
  const processors = cpus();
  const git = spawnSync('git', ['--version'], { encoding: 'utf8' }).stdout.trim();
  return [
    `${process.platform} ${release()} ${process.arch}, ${processors.length} × ${processors[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB`,
    `Node ${process.versions.node}, ${git}, files for the runs on file system type 0x${statfsSync(tmpdir()).type.toString(16)}`,
  ];
}
