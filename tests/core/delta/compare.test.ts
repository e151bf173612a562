import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contentToKeep, findUnattributed } from '../../../src/core/delta/attribution.js';
import { compareResidue, compareTrees, summarizeDelta } from '../../../src/core/delta/compare.js';
import { createTree } from '../../../src/core/delta/digest.js';
import { classifyResidue, residueSeverity } from '../../../src/core/delta/residue.js';
import type { EntryMode, ResidueEntry, TreeEntry } from '../../../src/core/delta/tree.js';

const file = (path: string, sha256: string, mode: EntryMode = '100644'): TreeEntry => ({ path, mode, sha256, size: 1 });
const tree = (files: Record<string, string>) => {
  return createTree(Object.entries(files).map(([path, sha256]) => file(path, sha256)));
};

test('content, mode and type changes are modifications', () => {
  const before = { entries: [file('mode', 'a'), file('same', 'b'), file('text', 'c'), file('type', 'd')] };
  const after = {
    entries: [file('mode', 'a', '100755'), file('same', 'b'), file('text', 'e'), file('type', 'd', '120000')],
  };
  expect(summarizeDelta(compareTrees(before, after))).toEqual({
    created: [],
    modified: ['mode', 'text', 'type'],
    deleted: [],
  });
});

test('a comparison names exactly the paths that differ, and leads from one tree to the other', () => {
  const trees = fc.dictionary(fc.constantFrom('a', 'b', 'c/d', 'c/é', 'z'), fc.constantFrom('1', '2'));
  fc.assert(
    fc.property(trees, trees, (from, to) => {
      const changes = compareTrees(tree(from), tree(to));
      const result = new Map<string, string>(Object.entries(from));
      for (const { path, after } of changes) {
        if (after === null) result.delete(path);
        else result.set(path, after.sha256);
      }
      expect(Object.fromEntries(result)).toEqual({ ...to });
      for (const { path } of changes) expect(from[path]).not.toBe(to[path]);
    }),
  );
});

test('unattributed is what differed at the start and differs from the base now', () => {
  const base = tree({ kept: '1', early: '1', late: '1', undone: '1' });
  const starting = tree({ kept: '1', early: '2', late: '1', undone: '2' });
  const now = tree({ kept: '1', early: '2', late: '2', undone: '1' });
  const paths = (lastApproved: typeof base | null) => {
    return findUnattributed({ base, lastApproved, starting, now }).map((change) => change.path);
  };
  expect(paths(null)).toEqual(['early']);
  expect(paths(starting)).toEqual([]);
  expect(paths(tree({ kept: '1', early: '3', late: '1', undone: '1' }))).toEqual(['early']);
});

test('residue keeps its class when it goes away', () => {
  const hook: ResidueEntry = { ...file('.git/hooks/x', '1'), class: 'git' };
  expect(compareResidue([hook], [])).toMatchObject([{ path: '.git/hooks/x', kind: 'deleted', class: 'git' }]);
});

test.each([
  ['node_modules/a/index.js', 'dependency', 'low'],
  ['packages/x/node_modules', 'dependency', 'low'],
  ['.venv/bin/activate', 'dependency', 'low'],
  ['vendor/bundle/gem.rb', 'dependency', 'low'],
  ['.env', 'executable', 'medium'],
  ['app/.env.local', 'executable', 'medium'],
  ['.npmrc', 'executable', 'medium'],
  ['.envrc', 'executable', 'medium'],
  ['.eslintrc.json', 'executable', 'medium'],
  ['.vscode/tasks.json', 'executable', 'medium'],
  ['.husky/pre-commit', 'executable', 'medium'],
  ['.git/config', 'git', 'high'],
  ['.git/hooks/pre-commit', 'git', 'high'],
  ['.git/info/attributes', 'git', 'high'],
  ['.git/info/sparse-checkout', 'git', 'high'],
  ['.git/index-flags/src/a.ts', 'git', 'high'],
  ['.git/refs/replace/abc', 'git', 'high'],
  ['.git/modules/sub/config', 'git', 'high'],
  ['.git/objects/info/alternates', 'git', 'high'],
  ['inner/.git/hooks/post-checkout', 'git', 'high'],
  ['.git/hooks/pre-commit.sample', 'git', 'info'],
  ['.git/modules/sub/hooks/pre-commit.sample', 'git', 'info'],
  ['.git/modules/sub/hooks/pre-commit', 'git', 'high'],
  ['.git/hooks/Evil.sample', 'git', 'high'],
  ['.git/modules/a/b/HEAD', 'git', 'info'],
  ['.git/HEAD', 'git', 'info'],
  ['.git/FETCH_HEAD', 'git', 'info'],
  ['.git/COMMIT_EDITMSG', 'git', 'info'],
  ['sub/.git', 'git', 'info'],
  ['.git/payload.js', 'git', 'low'],
  ['src/.git/evil.js', 'git', 'low'],
  ['.git/index', 'git', 'info'],
  ['.git/refs/heads/main', 'git', 'info'],
  ['.git/refs/heads/hooks/x', 'git', 'info'],
  ['.git/refs/stash', 'git', 'info'],
  ['.ces/state.db', 'state', 'quiet'],
  ['dist/out.js', 'other', 'low'],
  ['dist/package.json', 'other', 'low'],
  ['build/Release/addon.node', 'other', 'low'],
  ['target/debug/deps/libx.so', 'other', 'low'],
  ['dist/.env', 'executable', 'medium'],
  ['build/.npmrc', 'executable', 'medium'],
  ['dist', 'other', 'low'],
  ['lib/x.so', 'executable', 'medium'],
  ['src/normal.txt', 'other', 'low'],
] as const)('%s is %s residue and %s when it changes', (path, residueClass, severity) => {
  expect(classifyResidue(path)).toBe(residueClass);
  expect(residueSeverity({ path, class: residueClass, after: file(path, '1') })).toBe(severity);
});

test('a special or unreadable file is a medium finding, CES state excepted', () => {
  expect(classifyResidue('tmp/pipe', 'special')).toBe('special');
  expect(residueSeverity({ path: 'p', class: 'special', after: file('p', '', 'special') })).toBe('medium');
  expect(residueSeverity({ path: 'p', class: 'other', after: file('p', '', 'unreadable') })).toBe('medium');
});

test('a program or a special file in .git that git never writes is a medium finding', () => {
  const severity = (path: string, mode: EntryMode) =>
    residueSeverity({ path, class: 'git', after: file(path, '1', mode) });
  expect(severity('.git/quiet', '100755')).toBe('medium');
  expect(severity('.git/HEAD', 'special')).toBe('medium');
  expect(severity('.git/hooks/pre-push.sample', '100755')).toBe('info');
});

test('what git does not hold is kept, packages and state are not', () => {
  const base = { commit: null, tree: { ...tree({ a: '1', b: '1' }), gitTree: '' } };
  const residue: ResidueEntry[] = [
    { ...file('dist/x', '2'), class: 'other' },
    { ...file('node_modules/x', '3'), class: 'dependency' },
    { ...file('.ces/x', '4'), class: 'state' },
  ];
  const candidate = { ...tree({ a: '1', b: '2' }), gitTree: '' };
  const scan = { at: '', mode: 'full' as const, candidate, residue, refusals: [] };
  expect(contentToKeep(scan, base).map((entry) => entry.path)).toEqual(['b', 'dist/x']);
});
