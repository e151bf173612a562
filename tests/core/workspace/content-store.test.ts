import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createContentStore, isSecretsLike } from '../../../src/core/workspace/content-store.js';
import { rememberScans } from '../../../src/core/workspace/remember-scans.js';
import { createFolder, fillRepository, put, start } from './repository-fixture.js';

let folder = createFolder();
let state = createFolder();
beforeEach(() => {
  folder = createFolder();
  state = createFolder();
});
afterEach(() => {
  folder.remove();
  state.remove();
});

test('contents are kept by digest; secrets, changed files and what exceeds the limit are not', async () => {
  fillRepository(folder.path);
  put(folder.path, '.env', 'TOKEN=1\n');
  put(folder.path, 'large', 'x'.repeat(500));
  put(folder.path, 'moving', 'before\n');
  const { scan } = await start(folder.path);
  put(folder.path, 'moving', 'after\n');
  const entries = scan.candidate.entries.filter((entry) =>
    ['.env', 'large', 'moving', 'link', 'docs.txt'].includes(entry.path),
  );
  const store = createContentStore({ dir: state.path, maxBytes: 100 });
  expect(await store.keep(folder.path, entries)).toEqual({ kept: 2, skipped: 3 });
  const held = await Promise.all(
    entries.map(async (entry) => [entry.path, (await store.get(entry.sha256))?.toString() ?? null]),
  );
  expect(Object.fromEntries(held)).toEqual({
    '.env': null,
    large: null,
    moving: null,
    link: 'src/a.ts',
    'docs.txt': 'docs\n',
  });
  expect(await store.keep(folder.path, entries)).toEqual({ kept: 2, skipped: 3 });
  expect(await store.get('../../etc/passwd')).toBeNull();
});

test('a scan comes back as it was, and a changed one is refused', async () => {
  fillRepository(folder.path);
  writeFileSync(Buffer.concat([Buffer.from(`${folder.path}/caf`), Buffer.from('é')]), 'x');
  const { scan } = await start(folder.path);
  const odd = { ...scan, refusals: [{ path: 'f\udcff', reason: 'eol' as const, detail: 'x' }] };
  const store = createContentStore({ dir: state.path, maxBytes: 100 });
  const id = await store.saveScan(odd);
  expect(await store.loadScan(id)).toEqual(odd);
  expect(await store.saveScan(odd)).toBe(id);
  expect(await store.loadScan('0'.repeat(64))).toBeNull();
  const [name = ''] = readdirSync(join(state.path, 'scans'));
  expect(statSync(join(state.path, 'scans', name)).mode & 0o777).toBe(0o600);
  writeFileSync(join(state.path, 'scans', name), 'garbage');
  await expect(store.loadScan(id)).rejects.toMatchObject({ code: 'state_corrupt' });
});

test('a scan that was saved here is given again as it is, without being read', async () => {
  fillRepository(folder.path);
  const { scan } = await start(folder.path);
  const store = rememberScans(createContentStore({ dir: state.path, maxBytes: 100 }));
  const id = await store.saveScan(scan);
  expect(await store.loadScan(id)).toBe(scan);
  const elsewhere = rememberScans(createContentStore({ dir: state.path, maxBytes: 100 }));
  const loaded = await elsewhere.loadScan(id);
  expect(loaded).toEqual(scan);
  expect(await elsewhere.loadScan(id)).toBe(loaded);
});

test('a store that cannot be written is an error', async () => {
  fillRepository(folder.path);
  const { scan } = await start(folder.path);
  put(state.path, 'file', '');
  const store = createContentStore({ dir: join(state.path, 'file'), maxBytes: 100 });
  await expect(store.saveScan(scan)).rejects.toMatchObject({ code: 'state_unwritable' });
});

test.each([
  '.env',
  'app/.env.local',
  'server.pem',
  'id_ed25519',
  'tls.key',
  '.ssh/id_rsa',
  'aws-credentials',
  '.npmrc',
])('%s is kept by digest only', (path) => expect(isSecretsLike(path)).toBe(true));

test.each(['src/a.ts', 'keyboard.ts', 'README.md'])('%s is no secret', (path) =>
  expect(isSecretsLike(path)).toBe(false),
);
