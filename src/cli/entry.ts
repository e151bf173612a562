// The first file of `ces`: checks the Node version before anything is loaded. What stands here must also parse and run on
// older Nodes, so everything else is imported only afterwards.
import nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 22)) {
  // Beside the program and not in the shared temporary folder: whoever can write compiled code there could change what runs.
  nodeModule.enableCompileCache(fileURLToPath(new URL('.compile-cache', import.meta.url)));
  await import('./main.js');
} else {
  process.stderr.write(
    `ces needs Node 22.22 or newer; this is Node ${process.versions.node} (${process.execPath}).\n` +
      'Install a newer Node from https://nodejs.org, or run ces with one that you have: /path/to/node ces …\n',
  );
  process.exitCode = 2;
}
