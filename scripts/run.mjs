// The door of every npm script: sees to a new enough Node, the packages and the build, then runs the task.
// This file and setup/ run on any Node from 18 on, before anything is installed, and so import nothing but Node's own modules.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureNode } from './setup/node.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { ensureProgram } from './setup/program.mjs';
import { SetupError } from './setup/setup-error.mjs';
import { withNodeFirst } from './setup/with-node.mjs';
import { tasks } from './tasks.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name = '', ...rest] = process.argv.slice(2);

try {
  const task = tasks[name];
  if (!task) throw new SetupError(`There is no task "${name}".`, `Tasks: ${Object.keys(tasks).join(', ')}.`);
  const node = ensureNode(root);
  ensurePackages(root, node);
  if (task.needsProgram) ensureProgram(root, node);
  if (task.argv) runTask(node, task.argv, rest);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n${error.hint}\n`);
  process.exitCode = 2;
}

function runTask(node, argv, rest) {
  const [file = '', ...fixed] = argv;
  const child = spawn(node, [join(root, file), ...fixed, ...rest], {
    cwd: root,
    stdio: 'inherit',
    env: withNodeFirst(node, process.env),
  });
  // The terminal sends Ctrl-C to the child as well: wait for its answer instead of leaving it behind.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`Could not start ${node}: ${error.message}\n`);
    process.exitCode = 2;
  });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
