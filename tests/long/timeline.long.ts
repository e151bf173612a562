import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { beginTimeline, checkTimeline, type Timeline } from '../core/watcher/timeline-rig.js';
import { findDescendants } from '../support/processes.js';
import { createTempRepo } from '../support/temp-repo.js';

const MAX_MB = 200;
const FILES = 100_000;
const FOLDERS = 6000;

const begun: Timeline[] = [];
afterEach(async () => {
  for (const timeline of begun.splice(0)) await timeline.dispose();
});

async function begin(...args: Parameters<typeof beginTimeline>): Promise<Timeline> {
  const timeline = await beginTimeline(...args);
  begun.push(timeline);
  return timeline;
}

test('10,000 creates while the server scans and verifies are all seen, or in a gap', async () => {
  const timeline = await begin();
  const { project } = timeline;
  const work = [timeline.call('ces_verify', { wait_seconds: 0 })];
  for (let index = 0; index < 20; index += 1) mkdirSync(join(project.repo.root, `src/many${index}`));
  for (let index = 0; index < 10_000; index += 1) {
    const path = `src/many${index % 20}/f${index}.js`;
    timeline.change(path, () => project.repo.write(path, `${index}`));
    if (index % 2500 === 0) work.push(timeline.call('ces_status'));
  }
  await Promise.all(work);
  await timeline.call('ces_status');
  await checkTimeline(timeline);
});

test.runIf(process.platform === 'linux')(
  `a server and its watcher hold at most ${MAX_MB} MB more for ${FILES} files`,
  async () => {
    const idle = residentOf((await begin()).serverPid());
    const repo = createTempRepo();
    for (let folder = 0; folder < FOLDERS; folder += 1)
      mkdirSync(join(repo.root, `src/part${folder % 60}/module${folder}`), { recursive: true });
    for (let file = 0; file < FILES; file += 1) {
      const folder = file % FOLDERS;
      writeFileSync(join(repo.root, `src/part${folder % 60}/module${folder}/file${file}.js`), '1\n');
    }
    const watching = await begin({ repo }, [], { startTimeoutMs: 300_000, manifest: false });
    const held = residentOf(watching.serverPid());
    process.stdout.write(
      `server and watcher over idle: ${Math.round(held - idle)} MB (idle: ${Math.round(idle)} MB)\n`,
    );
    expect(held - idle).toBeLessThanOrEqual(MAX_MB);
  },
);

/** Resident megabytes of a process and what it started. */
function residentOf(pid: number): number {
  const pids = [pid, ...findDescendants(pid).map((entry) => entry.pid)];
  return pids.reduce((sum, id) => {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${id}/status`, 'utf8')) ?? [];
    return sum + Number(kilobytes) / 1024;
  }, 0);
}
