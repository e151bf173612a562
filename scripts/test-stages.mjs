import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const NODE_WARNING = /\(node:\d+\)[^\n]*Warning\b/;

/** Runs one program under this Node. Live output is printed as it comes, other output only when the stage fails. */
export function runStage({ name, argv, cwd, env, live, print }) {
  return new Promise((resolve) => {
    const startedAt = Date.now();
    const child = spawn(process.execPath, argv, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        output += text;
        if (live) print(text);
      });
    }
    const finish = (passed) => {
      if (!passed && !live) print(`${output}\n`);
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
      print(`${name}: ${passed ? 'ok' : 'FAILED'} (${seconds} s)\n`);
      resolve({ name, passed, output });
    };
    child.on('error', (error) => {
      output += error.message;
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
  });
}

/** The lines that are warnings by Node itself, in the stages' output and in the file that Node redirects them to. */
export function findNodeWarnings(outputs, file) {
  const redirected = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return [...outputs, redirected].flatMap((text) => text.split('\n').filter((line) => NODE_WARNING.test(line)));
}
