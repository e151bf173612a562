import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/core/claim/finding.js';
import { compareResidue, compareTrees } from '../../../src/core/delta/compare.js';
import { residueSeverity } from '../../../src/core/delta/residue.js';
import type { Scan } from '../../../src/core/delta/tree.js';
import { judgeScan } from './judge-scan.js';
import { mutations } from './mutations/all-mutations.js';
import { type Mutation, placesOf } from './mutations/mutation.js';
import { leftOutWords, renderMutations } from './mutations/render-mutations.js';
import { createFolder, fillRepository, git, type Look } from './repository-fixture.js';
import { scanAround } from './scan-as-user.js';

type Before = Awaited<ReturnType<typeof scanAround>>['before'];

const everyMutation = mutations.flatMap(({ items }) => items);

describe('whatever changes below the root shows where the table says, and is told as the table says', () => {
  const home = createFolder();
  beforeAll(() => {
    process.env.HOME = home.path;
    process.env.XDG_CONFIG_HOME = `${home.path}/.config`;
  });
  afterAll(() => home.remove());

  for (const mutation of everyMutation) {
    const reason = mutation.unless?.() ?? null;
    test.skipIf(reason !== null)(`${mutation.name}${reason === null ? '' : ` (skipped: ${reason})`}`, async () => {
      const folder = createFolder();
      const clone = createFolder();
      try {
        fillRepository(folder.path);
        mutation.arrange?.(folder.path);
        git(clone.path, 'clone', '-q', folder.path, '.');
        let metadata = { before: '', after: '' };
        const { before, looks } = await scanAround(
          folder.path,
          () => {
            metadata = { ...metadata, before: readMetadata(folder.path) };
            mutation.mutate(folder.path);
            metadata = { ...metadata, after: readMetadata(folder.path) };
          },
          mutation.ordinaryUser === true,
        );
        expect(before.scan.candidate).toEqual(before.base.tree);
        const [stat, full] = looks;
        if (stat === undefined || full === undefined) throw new Error('two looks were asked for');
        checkShown(mutation, before, stat, mutation.statMayMiss ?? []);
        checkShown(mutation, before, full, []);
        checkFindings(mutation, before, full.now);
        if (mutation.observed === true) expect(metadata.after).not.toBe(metadata.before);
        if (placesOf(mutation)[0] === 'nothing' || mutation.observed === true) {
          expect(full.now.candidate).toEqual(before.scan.candidate);
          expect(full.now.residue).toEqual(before.scan.residue);
        }
        if (mutation.honest === true) {
          mutation.mutate(clone.path);
          git(clone.path, 'add', '-A');
          expect(full.now.candidate.gitTree).toBe(git(clone.path, 'write-tree'));
        }
      } finally {
        mutation.release?.(folder.path);
        folder.remove();
        clone.remove();
      }
    });
  }
});

test('the table has every mutation once, and is what docs/mutations.md says', async () => {
  const titles = everyMutation.map(({ name }) => name);
  expect(new Set(titles).size).toBe(titles.length);
  expect(titles.length).toBeGreaterThanOrEqual(45);
  // After a change of the list: npm test -- tests/core/workspace/mutations.test.ts -u
  await expect(renderMutations(mutations)).toMatchFileSnapshot('../../../docs/mutations.md');
});

function checkShown({ shows }: Mutation, before: Before, { now, seen }: Look, mayMiss: readonly string[]): void {
  const kept = (rows: readonly string[]) => rows.filter((row) => !mayMiss.includes(row)).sort();
  expect(kept(seen.candidate)).toEqual(kept(shows.candidate ?? []));
  // What every git command rewrites need not be named.
  const incidental = compareResidue(before.scan.residue, now.residue)
    .filter((change) => residueSeverity(change) === 'info')
    .map((change) => `${change.class} ${change.path}`)
    .filter((row) => !shows.residue?.includes(row));
  expect(seen.residue.filter((row) => !incidental.includes(row)).sort()).toEqual([...(shows.residue ?? [])].sort());
  expect([...seen.refusals].sort()).toEqual([...(shows.refusals ?? [])].sort());
}

function checkFindings({ findings, says }: Mutation, before: Before, now: Scan): void {
  const changed = compareTrees(before.scan.candidate, now.candidate).map((change) => change.path);
  const told = judgeScan(before, now, changed);
  expect(told.map(describeFinding).sort()).toEqual([...findings].sort());
  expect(told[0]?.message).toBe(says);
  for (const finding of told) expect(finding.message).toContain(finding.path);
  const silent = judgeScan(before, now).filter((finding) => finding.kind === 'evidence_mismatch');
  expect(silent.map(({ severity, message }) => `${severity} ${message}`).sort()).toEqual(
    changed.map((path) => `high ${leftOutWords(path)}`).sort(),
  );
}

function describeFinding({ severity, kind, path }: Finding): string {
  return `${severity} ${kind} ${path}`;
}

/** What stat says of every file outside `.git`, and no digest covers. */
function readMetadata(folder: string): string {
  const rows = readdirSync(folder).flatMap((name) => {
    if (name === '.git') return [];
    const stats = lstatSync(join(folder, name), { throwIfNoEntry: false });
    if (stats === undefined) return []; // a name that is not UTF-8
    const { mode, uid, gid, mtimeMs, ctimeMs } = stats;
    const below = stats.isDirectory() && (mode & 0o700) !== 0 ? readMetadata(join(folder, name)) : '';
    return [`${name} ${mode} ${uid} ${gid} ${mtimeMs} ${ctimeMs} ${below}`];
  });
  return rows.join('\n');
}
