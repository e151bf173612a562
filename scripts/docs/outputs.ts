import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createHome, nodeProgram, projectRoot, runCes } from '../../tests/support/built.js';
import { type LoopRecord, recordLoop } from './example-loop.js';
import { createNormalizer } from './normalize.js';

/** What the marked commands print, by their names in the pages, normalised. Runs them; `npm test` only where it is wanted. */
export async function collectOutputs({ runTests }: { runTests: boolean }): Promise<ReadonlyMap<string, string>> {
  const loop = await recordLoop();
  const outputs = normalizeLoop(loop).set('npm run demo', await recordDemo());
  if (runTests) outputs.set('npm test', recordTests());
  return outputs;
}

function recordTests(): string {
  const printed = execFileSync(nodeProgram, [join(projectRoot, 'scripts', 'test.mjs')], {
    cwd: projectRoot,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return printed.trim().split('\n').at(-1) ?? '';
}

/** The outputs of a loop as the pages show them. */
export function normalizeLoop(loop: LoopRecord): Map<string, string> {
  const normalize = createNormalizer([
    [`${loop.home}/config`, '/home/ada/.config'],
    [`${loop.home}/state`, '/home/ada/.local/state'],
    [loop.home, '/home/ada'],
    [loop.root, '/home/ada/greeter'],
    [loop.root.split('/').at(-1) ?? '', 'greeter'],
  ]);
  const outputs = new Map([...loop.outputs].map(([name, text]) => [name, normalize(text)]));
  return outputs.set('statement', normalize(loop.statement));
}

/** What the demo prints; its ids, times and folders are normalised. Throws where it does not end well. */
export async function recordDemo(): Promise<string> {
  const home = createHome();
  try {
    const run = await runCes(['demo'], { cwd: home.folder, env: home.env, timeoutMs: 180_000 });
    if (run.exitCode !== 0) throw new Error(`ces demo ended with ${run.exitCode}:\n${run.stdout}${run.stderr}`);
    const normalize = createNormalizer([[home.folder, '/home/ada']]);
    return normalize(run.stdout).replace(/(\/(?:private\/)?(?:var|tmp)[\w/.-]*?)(ces-demo-)\w+/g, '/tmp/$2a1b2c3');
  } finally {
    home.dispose();
  }
}
