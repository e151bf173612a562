import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mutations } from './mutations.js';
import { createFolder, fillRepository, git, lookAgain, start } from './repository-fixture.js';

describe('whatever changes below the root shows in the candidate, the residue or the refusals', () => {
  const home = createFolder();
  beforeAll(() => {
    process.env.HOME = home.path;
    process.env.XDG_CONFIG_HOME = `${home.path}/.config`;
  });
  afterAll(() => home.remove());

  for (const { name, mutate, shows, honest, unless } of mutations) {
    const reason = unless?.() ?? null;
    test.skipIf(reason !== null)(`${name}${reason === null ? '' : ` (skipped: ${reason})`}`, async () => {
      const folder = createFolder();
      const clone = createFolder();
      try {
        fillRepository(folder.path);
        git(clone.path, 'clone', '-q', folder.path, '.');
        const before = await start(folder.path);
        expect(before.scan.candidate).toEqual(before.base.tree);
        mutate(folder.path);
        for (const mode of ['stat', 'full'] as const) {
          const { now, seen } = await lookAgain(before, mode);
          expect(seen.candidate).toEqual(expect.arrayContaining([...(shows.candidate ?? [])]));
          expect(seen.residue).toEqual(expect.arrayContaining([...(shows.residue ?? [])]));
          expect(seen.refusals).toEqual([...(shows.refusals ?? [])]);
          if (honest === true) {
            expect(seen.candidate.length).toBeGreaterThanOrEqual(shows.candidate?.length ?? 0);
            if (mode === 'stat') mutate(clone.path);
            git(clone.path, 'add', '-A');
            expect(now.candidate.gitTree).toBe(git(clone.path, 'write-tree'));
          }
        }
      } finally {
        folder.remove();
        clone.remove();
      }
    });
  }
});
