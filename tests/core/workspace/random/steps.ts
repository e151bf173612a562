import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import fc from 'fast-check';
import { git } from '../repository-fixture.js';

/** Paths as latin1 text, one character per byte: what the file system and git hold. */
const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
const paths = [
  ...['src/a.ts', 'src/b.ts', 'src/deep/c.ts', 'docs.txt', 'run.sh', '.gitignore'],
  ...['src/new.ts', 'src/deep/new/x.ts', 'src/deep', 'other/y.ts', 'README', '-rf', ':(top)x', 'src/two\nlines'],
  ...[
    'dist/out.js',
    'dist/deep/y',
    'build/z',
    'build',
    'src/dist/z',
    'node_modules/dep/index.js',
    'app.log',
    'src/b.log',
  ],
  ...[utf8('src/ü'), utf8('src/😀'), utf8('src/\uffee'), 'src/f\xffo', '.venv/lib/x.py', '.env'],
];

export interface Step {
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

const texts = ['', 'x', 'export const a = 9;\n', 'two\nlines\n', 'z'.repeat(5000)];

/** A sequence of changes. What can't be done where it stands (the file is gone, git refuses) changes nothing, or a part. */
export const anySteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc
    .record({
      kind: fc.string(),
      from: fc.constantFrom(...paths),
      to: fc.constantFrom(...paths),
      text: fc.constantFrom(...texts),
    })
    .chain((step) => fc.constantFrom(...Object.keys(changes)).map((kind) => ({ ...step, kind }))),
  { minLength: 1, maxLength: 12 },
);

/** Makes one change below the root; the errors of a change that can't be made are what they are in real work: ignored. */
export function takeStep(root: string, step: Step): void {
  const full = (path: string) => Buffer.from(`${root}/${path}`, 'latin1');
  try {
    changes[step.kind]?.({ ...step, root, full });
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error || 'status' in error)) throw error;
  }
}

interface Change extends Step {
  readonly root: string;
  readonly full: (path: string) => Buffer;
}

const parentOf = ({ full }: Change, path: string) => mkdirSync(full(dirname(path)), { recursive: true });
const runGit = ({ root }: Change, ...args: string[]) => git(root, ...args);

const changes: Record<string, (change: Change) => void> = {
  write(change) {
    parentOf(change, change.from);
    writeFileSync(change.full(change.from), change.text);
  },
  append: ({ full, from, text }) => appendFileSync(full(from), text),
  empty: ({ full, from }) => truncateSync(full(from)),
  sameSizeAndTimes({ full, from }) {
    const { atime, mtime } = lstatSync(full(from));
    writeFileSync(
      full(from),
      readFileSync(full(from)).map((byte) => byte ^ 1),
    );
    utimesSync(full(from), atime, mtime);
  },
  remove: ({ full, from }) => rmSync(full(from), { recursive: true }),
  removeFolder: ({ full, from }) => dirname(from) !== '.' && rmSync(full(dirname(from)), { recursive: true }),
  rename(change) {
    parentOf(change, change.to);
    renameSync(change.full(change.from), change.full(change.to));
  },
  renameFolder: ({ full, from }) =>
    dirname(from) !== '.' && renameSync(full(dirname(from)), full(`${dirname(from)}-moved`)),
  swap({ full, from, to }) {
    renameSync(full(from), full('swapping'));
    renameSync(full(to), full(from));
    renameSync(full('swapping'), full(to));
  },
  makeProgram: ({ full, from }) => chmodSync(full(from), 0o755),
  makePlain: ({ full, from }) => chmodSync(full(from), 0o600),
  touch: ({ full, from }) => utimesSync(full(from), new Date(0), new Date(0)),
  replaceByLink({ full, from, to }) {
    rmSync(full(from), { recursive: true, force: true });
    symlinkSync(Buffer.from(to, 'latin1'), full(from));
  },
  hardLink({ full, from, to }) {
    rmSync(full(from), { force: true });
    linkSync(full(to), full(from));
  },
  replaceByFolder({ full, from, text }) {
    rmSync(full(from), { recursive: true, force: true });
    mkdirSync(full(from));
    writeFileSync(full(`${from}/inside`), text);
  },
  replaceByFifo({ full, from }) {
    rmSync(full(from), { recursive: true, force: true });
    execFileSync('sh', ['-c', 'mkfifo "$(printf %b "$0")"', escapeBytes(full(from))], { stdio: 'ignore' });
  },
  ignoreEverything: ({ full }) => appendFileSync(full('.gitignore'), '*\n'),
  ignoreNothing: ({ full }) => writeFileSync(full('.gitignore'), ''),
  ignoreBelow: ({ full }) => writeFileSync(full('src/.gitignore'), '*\n'),
  exclude: ({ full }) => appendFileSync(full('.git/info/exclude'), '*.ts\n'),
  hook: ({ full, text }) => writeFileSync(full('.git/hooks/post-commit'), text),
  add: (change) => runGit(change, 'add', '-A'),
  addByForce: (change) => runGit(change, 'add', '-f', '--', change.from),
  commit: (change) => runGit(change, 'commit', '-qam', 'step'),
  amend: (change) => runGit(change, 'commit', '-qa', '--amend', '--no-edit'),
  stash: (change) => runGit(change, 'stash', '-q'),
  stashUntracked: (change) => runGit(change, 'stash', '-q', '-u'),
  popStash: (change) => runGit(change, 'stash', 'pop', '-q'),
  reset: (change) => runGit(change, 'reset', '-q', '--hard'),
  checkout: (change) => runGit(change, 'checkout', '-q', '--', '.'),
  clean: (change) => runGit(change, 'clean', '-qfd'),
  branch: (change) => runGit(change, 'switch', '-qc', 'other'),
  back: (change) => runGit(change, 'switch', '-q', 'main'),
  tag: (change) => runGit(change, 'tag', '-f', 'v1'),
  packRefs: (change) => runGit(change, 'pack-refs', '--all'),
  assumeUnchanged: (change) => runGit(change, 'update-index', '--assume-unchanged', '--', change.from),
  skipWorktree: (change) => runGit(change, 'update-index', '--skip-worktree', '--', change.from),
  noFileMode: (change) => runGit(change, 'config', 'core.fileMode', 'false'),
  noTrustCtime: (change) => runGit(change, 'config', 'core.trustctime', 'false'),
  ignoreCase: (change) => runGit(change, 'config', 'core.ignoreCase', 'true'),
  nestedRepository(change) {
    mkdirSync(change.full('inner'), { recursive: true });
    writeFileSync(change.full('inner/own.ts'), change.text);
    git(`${change.root}/inner`, 'init', '-q');
    git(`${change.root}/inner`, 'add', '-A');
    git(`${change.root}/inner`, 'commit', '-qm', 'inner');
  },
};

/** For printf %b: a name that is not UTF-8 can't be an argument. */
function escapeBytes(bytes: Buffer): string {
  return [...bytes].map((byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join('');
}
