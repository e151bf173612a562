// `npm run docs`: makes the generated parts of README.md and docs/ anew, outputs of real runs included.
// `-- --tables` leaves the outputs as they are, `-- --test` also runs `npm test` for its last line; `-- --check` writes nothing and
// ends with 1 where a table is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../tests/support/built.js';
import { collectOutputs } from './docs/outputs.js';
import { PAGES, renderPage } from './docs/pages.js';

const options = new Set(process.argv.slice(2));
const check = options.has('--check');
const outputs = check || options.has('--tables') ? null : await collectOutputs({ runTests: options.has('--test') });
let stale = 0;
for (const page of PAGES) {
  const path = join(projectRoot, page);
  const before = readFileSync(path, 'utf8');
  const after = renderPage(projectRoot, before, outputs);
  if (after === before) continue;
  stale += 1;
  process.stdout.write(`${check ? 'out of date' : 'written'}: ${page}\n`);
  if (!check) writeFileSync(path, after);
}
if (stale === 0) process.stdout.write('Everything is up to date.\n');
process.exitCode = check && stale > 0 ? 1 : 0;
