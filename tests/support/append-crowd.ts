import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect } from 'vitest';
import { verifyChain } from '../../src/core/ledger/chain.js';
import { openStore } from '../../src/core/store/store.js';
import { projectRoot } from './built.js';

/** Has so many processes append so many entries each to one ledger at once, and asserts that none is lost or doubled. */
export async function appendAtOnce(processes: number, entries: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ces-append-'));
  try {
    const program = await bundleProgram(folder);
    const database = join(folder, 'state.db');
    openStore(database, 'write').close();
    const names = Array.from({ length: processes }, (_, index) => `S-${index}`);
    const children = names.map((name) =>
      spawn(process.execPath, [program, database, name, String(entries)], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    const ends = children.map((child) => once(child, 'exit'));
    await Promise.all(children.map((child) => once(child.stdout, 'data')));
    for (const child of children) child.stdin.write('go\n');
    expect(await Promise.all(ends)).toEqual(names.map(() => [0, null]));

    const store = openStore(database, 'read');
    const rows = [...store.read.ledgerRows()];
    store.close();
    expect(verifyChain(rows, [])).toMatchObject({ ok: true, entries: processes * entries });
    const written = rows.map(({ bytes }) => JSON.parse(bytes).summary);
    expect(new Set(written).size).toBe(processes * entries);
    // Each process's own entries lie in the order in which it was told that they are kept.
    for (const name of names)
      expect(written.filter((text) => text.startsWith(`${name} `))).toEqual(
        Array.from({ length: entries }, (_, index) => `${name} ${index}`),
      );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bundleProgram(folder: string): Promise<string> {
  const outfile = join(folder, 'append.mjs');
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  await build({
    entryPoints: [fileURLToPath(new URL('./append-entries.ts', import.meta.url))],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['better-sqlite3'],
    logLevel: 'warning',
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  });
  return outfile;
}
