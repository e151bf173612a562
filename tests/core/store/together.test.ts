import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openStore } from '../../../src/core/store/store.js';

const folder = mkdtempSync(join(tmpdir(), 'ces-together-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('what is read together is of one moment, though another connection writes in between', () => {
  const path = join(folder, 'state.db');
  const writer = openStore(path, 'write');
  const reader = openStore(path, 'read');
  const append = () =>
    writer.transact((tx) =>
      tx.append(
        { type: 'attempt.refused', principal: 'agent', channel: 'mcp', session: null, summary: 'one more', body: {} },
        '2030-01-01T00:00:00.000Z',
      ),
    );
  append();
  const seen = reader.read.together(() => {
    const before = reader.read.head();
    append();
    return [before, reader.read.head(), reader.read.entries({}).length];
  });
  expect(seen).toEqual([seen[0], seen[0], 1]);
  expect(reader.read.head()).toMatchObject({ sequence: 2 });
  reader.close();
  writer.close();
});
