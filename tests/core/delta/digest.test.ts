import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTree, listingDigest, sortEntries } from '../../../src/core/delta/digest.js';
import { gitBlobId, gitTreeId } from '../../../src/core/delta/git-tree.js';
import { bytesToPath, comparePaths, pathToBytes } from '../../../src/core/delta/path-bytes.js';
import type { TreeEntry } from '../../../src/core/delta/tree.js';

const sha = (text: string) => createHash('sha256').update(text).digest('hex');
const entry = (path: string, text = path): TreeEntry => ({
  path,
  mode: '100644',
  sha256: sha(text),
  size: text.length,
});

test('the listing digest is the SHA-256 of the documented records', () => {
  const entries = [entry('b'), entry('a/x'), entry('a.txt')];
  const records = ['a.txt', 'a/x', 'b'].map((path) => `100644 ${sha(path)} ${path}\0`).join('');
  expect(listingDigest(entries)).toBe(`sha256:${sha(records)}`);
  expect(createTree(entries).entries.map(({ path }) => path)).toEqual(['a.txt', 'a/x', 'b']);
});

test('the listing digest does not depend on the order, and depends on every path, mode and content', () => {
  const paths = fc.uniqueArray(fc.string({ minLength: 1, unit: 'grapheme' }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(paths, fc.nat(), (names, pick) => {
      const entries = names.map((name) => entry(name));
      const digest = listingDigest(entries);
      expect(listingDigest([...entries].reverse())).toBe(digest);
      const at = pick % entries.length;
      const change = (changed: Partial<TreeEntry>) => entries.map((e, i) => (i === at ? { ...e, ...changed } : e));
      expect(listingDigest(change({ mode: '100755' }))).not.toBe(digest);
      expect(listingDigest(change({ sha256: sha(`other ${names[at]}`) }))).not.toBe(digest);
      expect(listingDigest(entries.filter((_, i) => i !== at))).not.toBe(digest);
    }),
  );
});

test('every path survives the way to text and back, in the order of its bytes', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 12 }).map((array) => Buffer.from(array));
  const tricky = fc
    .constantFrom('ff', 'c3', 'edb280', 'efbfbd', 'f09f9880', 'ee8080', 'eda080f0', '61ff62')
    .map((hex) => Buffer.from(hex, 'hex'));
  fc.assert(
    fc.property(fc.oneof(bytes, tricky), fc.oneof(bytes, tricky), (left, right) => {
      expect(pathToBytes(bytesToPath(left)).equals(left)).toBe(true);
      expect(Math.sign(comparePaths(bytesToPath(left), bytesToPath(right)))).toBe(Buffer.compare(left, right));
    }),
    { numRuns: 500 },
  );
});

test('sorting leaves an ordered list as it is', () => {
  const entries = [entry('a'), entry('a/b'), entry('é')];
  expect(sortEntries(entries)).toBe(entries);
});

for (const format of ['sha1', 'sha256'] as const) {
  test(`the tree id is what git write-tree gives (${format})`, () => {
    const root = mkdtempSync(join(tmpdir(), 'ces-tree-'));
    const git = (args: string[], input?: Buffer) => {
      const env = { PATH: process.env.PATH, HOME: root, GIT_CONFIG_NOSYSTEM: '1' };
      return execFileSync('git', args, { cwd: root, env, input }).toString('latin1').trim();
    };
    try {
      git(['init', '-q', `--object-format=${format}`]);
      const commit = 'ab'.repeat(format === 'sha1' ? 20 : 32);
      const files = ['a', 'a.b', 'a-b/c', 'a.c/d/e', 'a0', 'dir/x', 'dir.txt', 'é/ü', 'two\nlines', 'f\udcff'];
      const entries = [
        ...files.map((path, at) => ({
          path,
          mode: ['100644', '100755', '120000'][at % 3] ?? '',
          blob: gitBlobId(Buffer.from(path), format),
        })),
        { path: 'dir-sub', mode: '160000', blob: commit },
      ];
      const index = entries.map(({ path, mode, blob }) => {
        return Buffer.concat([Buffer.from(`${mode} ${blob}\t`), pathToBytes(path), Buffer.from([0])]);
      });
      for (const path of files)
        expect(git(['hash-object', '-w', '--stdin'], Buffer.from(path))).toBe(gitBlobId(Buffer.from(path), format));
      git(['update-index', '-z', '--index-info'], Buffer.concat(index));
      expect(gitTreeId(entries, format)).toBe(git(['write-tree']));
      expect(gitTreeId([], format)).toBe(git(['hash-object', '-t', 'tree', '--stdin'], Buffer.alloc(0)));
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
}
