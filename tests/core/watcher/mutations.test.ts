import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TimelineEvent } from '../../../src/core/delta/timeline.js';
import { buildProgram, git, makeFolder, removeFolders, until, type Watched, watchFolder } from './rig.js';

let root: string;
let watched: Watched;
const at = (path: string) => join(root, path);

beforeAll(async () => {
  root = makeFolder();
  git(root, 'init', '-q', '-b', 'main');
  for (const name of ['edit', 'delete', 'rename', 'mode', 'same', 'target-1', 'target-2', 'assumed', 'turns'])
    writeFileSync(at(name), 'as it was\n');
  symlinkSync('target-1', at('link'));
  symlinkSync('target-1', at('link-atomic'));
  for (const name of ['.venv/lib', 'dist', 'node_modules/pkg/deep', '.ces/artifacts', 'folder'])
    mkdirSync(at(name), { recursive: true });
  git(root, 'add', '-A');
  git(root, 'commit', '-qm', 'base');
  git(root, 'branch', 'other');
  watched = watchFolder(root, await buildProgram('src/core/watcher/process.ts'));
  await until('watching', () => watched.watcher.state() === 'watching');
});

afterAll(async () => {
  await watched?.watcher.stop();
  removeFolders();
});

/** `replaced`: seen as modified, or, by a look between the two steps, as deleted and created. */
type Expected = readonly [kind: TimelineEvent['kind'] | 'replaced', path: string, type?: TimelineEvent['type']];
const rows: { title: string; mutate: () => void; expected: readonly Expected[] }[] = [
  {
    title: 'a created file',
    mutate: () => writeFileSync(at('new.txt'), 'new'),
    expected: [['created', 'new.txt', 'file']],
  },
  {
    title: 'a modified file',
    mutate: () => appendFileSync(at('edit'), 'more'),
    expected: [['modified', 'edit', 'file']],
  },
  { title: 'a deleted file', mutate: () => unlinkSync(at('delete')), expected: [['deleted', 'delete']] },
  {
    title: 'a renamed file',
    mutate: () => renameSync(at('rename'), at('renamed')),
    expected: [
      ['deleted', 'rename'],
      ['created', 'renamed'],
    ],
  },
  { title: 'a changed mode', mutate: () => chmodSync(at('mode'), 0o755), expected: [['modified', 'mode', 'file']] },
  {
    title: 'a changed mode of a file that the watcher saw being created',
    mutate: () => chmodSync(at('new.txt'), 0o755),
    expected: [['modified', 'new.txt', 'file']],
  },
  {
    title: 'a changed mode of a folder',
    mutate: () => chmodSync(at('folder'), 0o700),
    expected: [['modified', 'folder', 'dir']],
  },
  {
    title: 'a retargeted link',
    mutate: () => {
      unlinkSync(at('link'));
      symlinkSync('target-2', at('link'));
    },
    expected: [['replaced', 'link', 'link']],
  },
  {
    title: 'a link that another one was renamed over',
    mutate: () => {
      symlinkSync('target-2', at('link-next'));
      renameSync(at('link-next'), at('link-atomic'));
    },
    expected: [['modified', 'link-atomic', 'link']],
  },
  {
    title: 'an edit of the same size with the old modification time',
    mutate: () => {
      const { atime, mtime } = statSync(at('same'));
      writeFileSync(at('same'), 'as it is!\n');
      utimesSync(at('same'), atime, mtime);
    },
    expected: [['modified', 'same', 'file']],
  },
  {
    title: 'a commit',
    mutate: () => git(root, 'commit', '-qam', 'work'),
    expected: [
      ['modified', '.git/refs/heads/main'],
      ['modified', '.git/index'],
    ],
  },
  {
    title: 'a stash',
    mutate: () => {
      appendFileSync(at('edit'), 'to be stashed');
      git(root, 'stash');
    },
    expected: [
      ['created', '.git/refs/stash'],
      ['modified', 'edit'],
    ],
  },
  {
    title: 'a switch of the branch',
    mutate: () => git(root, 'switch', '-q', 'other'),
    expected: [
      ['modified', '.git/HEAD'],
      ['created', 'delete'],
    ],
  },
  {
    title: 'an ignore rule',
    mutate: () => writeFileSync(at('.gitignore'), 'hidden\n'),
    expected: [['created', '.gitignore']],
  },
  {
    title: 'a file that is ignored by then',
    mutate: () => writeFileSync(at('hidden'), 'x'),
    expected: [['created', 'hidden', 'file']],
  },
  {
    title: 'an assume-unchanged flag',
    mutate: () => git(root, 'update-index', '--assume-unchanged', 'assumed'),
    expected: [['modified', '.git/index']],
  },
  {
    title: 'a local exclude rule',
    mutate: () => {
      mkdirSync(at('.git/info'), { recursive: true });
      appendFileSync(at('.git/info/exclude'), 'x\n');
    },
    expected: [['modified', '.git/info/exclude']],
  },
  {
    title: 'local attributes with a filter',
    mutate: () => {
      writeFileSync(at('.git/info/attributes'), '* filter=f\n');
      git(root, 'config', 'filter.f.clean', 'cat');
    },
    expected: [
      ['created', '.git/info/attributes'],
      ['modified', '.git/config'],
    ],
  },
  {
    title: 'a nested repository',
    mutate: () => {
      mkdirSync(at('nested'));
      git(at('nested'), 'init', '-q');
      writeFileSync(at('nested/inner'), 'x');
    },
    expected: [
      ['created', 'nested', 'dir'],
      ['created', 'nested/.git/HEAD'],
      ['created', 'nested/inner'],
    ],
  },
  {
    title: 'a file in dist',
    mutate: () => writeFileSync(at('dist/out.js'), '1'),
    expected: [['created', 'dist/out.js']],
  },
  {
    title: 'files in .venv, down to its second level',
    mutate: () => {
      writeFileSync(at('.venv/pyvenv.cfg'), '1');
      writeFileSync(at('.venv/lib/site.pth'), '1');
    },
    expected: [
      ['created', '.venv/pyvenv.cfg'],
      ['created', '.venv/lib/site.pth'],
    ],
  },
  {
    title: 'a new package in node_modules',
    mutate: () => mkdirSync(at('node_modules/other')),
    expected: [['created', 'node_modules/other', 'dir']],
  },
  {
    title: 'a hook of git',
    mutate: () => {
      mkdirSync(at('.git/hooks'), { recursive: true });
      writeFileSync(at('.git/hooks/pre-commit'), '#!/bin/sh\n', { mode: 0o755 });
    },
    expected: [['created', '.git/hooks/pre-commit']],
  },
  {
    title: 'odd names',
    mutate: () => {
      writeFileSync(at('line\nbreak'), '1');
      writeFileSync(at('-rf'), '1');
      writeFileSync(at('ünï %20"\'\\'), '1');
    },
    expected: [
      ['created', 'line\nbreak'],
      ['created', '-rf'],
      ['created', 'ünï %20"\'\\'],
    ],
  },
  {
    title: 'a file in the place of which a folder is put at once',
    mutate: () => {
      unlinkSync(at('turns'));
      mkdirSync(at('turns'));
      writeFileSync(at('turns/first'), '1');
    },
    expected: [['replaced', 'turns', 'dir']],
  },
  {
    title: 'a file in that folder',
    mutate: () => writeFileSync(at('turns/second'), '1'),
    expected: [['created', 'turns/second']],
  },
  {
    title: 'folders that are made with their contents and moved',
    mutate: () => {
      mkdirSync(at('deep/er'), { recursive: true });
      writeFileSync(at('deep/er/file'), '1');
      renameSync(at('deep'), at('moved'));
    },
    expected: [['created', 'moved/er/file']],
  },
  {
    title: 'a removed folder with its contents',
    mutate: () => rmSync(at('moved'), { recursive: true }),
    expected: [
      ['deleted', 'moved/er/file'],
      ['deleted', 'moved', 'dir'],
    ],
  },
];

test.each(rows)('$title has its path and time in the timeline', async ({ mutate, expected }) => {
  const from = watched.events.length;
  const before = Date.now();
  mutate();
  for (const [kind, path, type] of expected) {
    const kinds = kind === 'replaced' ? ['modified', 'created'] : [kind];
    const matches = (event: TimelineEvent) =>
      kinds.includes(event.kind) && event.path === path && event.type === (type ?? event.type);
    await until(`${kind} ${path}`, () => watched.events.slice(from).some(matches), 10_000);
    const event = watched.events.slice(from).find(matches);
    expect(Date.parse(event?.at ?? '')).toBeGreaterThanOrEqual(before);
  }
});

test.runIf(process.platform === 'linux')('a name that is no UTF-8 is marked as such', async () => {
  writeFileSync(Buffer.from(`${root}/bad-\xff`, 'latin1'), '1');
  await until('bad name', () => watched.events.some(({ path }) => path === 'bad-\uFFFD'));
});

test('what is left out makes no events: objects of git, depths of dependency folders, records of CES', async () => {
  writeFileSync(at('.ces/state.db'), '1');
  writeFileSync(at('.ces/artifacts/x'), '1');
  writeFileSync(at('node_modules/pkg/deep/x.js'), '1');
  writeFileSync(at('.git/objects/x'), '1');
  writeFileSync(at('.ces/policy.yaml'), readFileSync(at('edit')));
  await until('policy', () => watched.events.some(({ path }) => path === '.ces/policy.yaml'));
  writeFileSync(at('marker'), '1');
  await until('marker', () => watched.events.some(({ path }) => path === 'marker'));
  const leftOut = /^(\.git\/(objects|logs)|\.ces\/(state\.db|artifacts\/)|node_modules\/pkg\/deep\/)|\.lock$/;
  expect(watched.events.filter(({ path }) => leftOut.test(path))).toEqual([]);
});
