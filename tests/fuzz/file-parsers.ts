import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { createWitness } from '../../src/core/witness/heads.js';
import { createPins } from '../../src/core/witness/pins.js';
import { createRootRegistry } from '../../src/core/witness/registry.js';
import { createWorkspace } from '../../src/core/workspace/workspace.js';
import { createTempRepo } from '../support/temp-repo.js';
import type { ParserCase } from './fuzz-parser.js';
import { mutate } from './mutate.js';

const PROJECT = 'proj-0123456789abcdef01234567';
const HEADS = [1, 2, 30]
  .map((sequence) => `{"sequence":${sequence},"hash":"${'ab'.repeat(32)}","at":"2026-01-02T03:04:05.678Z"}`)
  .join('\n');

const FILES = ['b/c.log', 'win.txt', 'é ü.txt'];
/** A scan takes a few processes of git, so one reads as many texts as there are folders. */
export const TEXTS_PER_SCAN = 10;
const FOLDERS = Array.from({ length: TEXTS_PER_SCAN }, (_, index) => `d${index}`);

export interface FileParsers {
  /** Quick ones. */
  readonly cases: readonly ParserCase[];
  /** Each input of these holds `TEXTS_PER_SCAN` texts. */
  readonly scans: readonly ParserCase[];
  dispose(): void;
}

/** Readers of files of their own place: the text is written there, then the adapter is asked. */
export async function createFileParsers(): Promise<FileParsers> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ces-fuzz-files-')));
  const root = join(folder, 'root');
  const stateDir = join(folder, 'state');
  const configDir = join(folder, 'config');
  for (const path of [root, stateDir, configDir]) mkdirSync(path, { mode: 0o700 });
  const registry = createRootRegistry({ stateDir });
  await registry.register(root, null, PROJECT);
  const [entry = ''] = readdirSync(join(stateDir, 'roots'));
  const witness = createWitness({ stateDir, projectId: PROJECT, root: '/project' });
  await witness.append({ sequence: 1, hash: 'ab'.repeat(32), at: '2026-01-02T03:04:05.678Z' });
  const pins = createPins({ configDir, projectId: PROJECT });
  await pins.add(`sha256:${'0'.repeat(64)}`);
  const repo = createTempRepo({ 'a.txt': 'a\n' });
  for (const folder of FOLDERS)
    for (const name of FILES) repo.write(`${folder}/${name}`, name === 'win.txt' ? '$Id$\r\n' : 'x\n');
  const put = (path: string, text: string): void => writeFileSync(path, text, { mode: 0o600 });

  const scan = (file: string, samples: readonly string[], words: readonly string[]): ParserCase => ({
    name: file,
    inputs: fc.array(mutate(samples, words), { minLength: TEXTS_PER_SCAN, maxLength: TEXTS_PER_SCAN }).map((texts) => ({
      from: null,
      text: JSON.stringify(texts.map(({ text }) => text)),
    })),
    read: async ({ text }) => {
      const texts: readonly string[] = JSON.parse(text);
      for (const [index, rules] of texts.entries())
        put(join(repo.root, file === '.git/info/exclude' ? file : `d${index}/${file}`), rules);
      const workspace = createWorkspace({ root: repo.root });
      const base = await workspace.readBase();
      const { candidate, residue, refusals } = await workspace.scan({
        mode: 'full',
        base,
        localIgnores: await workspace.readLocalIgnores(),
      });
      // Every file is somewhere: what the rules leave out of the candidate tree is residue, or refused by name.
      const seen = new Set([...candidate.entries, ...residue, ...refusals].map((entry) => entry.path));
      for (const path of ['a.txt', ...FOLDERS.flatMap((folder) => FILES.map((name) => `${folder}/${name}`))])
        expect(seen).toContain(path);
    },
  });

  return {
    dispose: () => {
      repo.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
    cases: [
      {
        name: 'registry of governed roots',
        inputs: mutate(
          [JSON.stringify({ version: 1, root, gitCommonDir: null, projectId: PROJECT })],
          [PROJECT, '"version":2'],
        ),
        read: async ({ text }) => {
          put(join(stateDir, 'roots', entry), text);
          // A broken entry is an error, never "not governed".
          expect(await registry.find(root)).not.toBeNull();
          await registry.list();
        },
      },
      {
        name: 'witness',
        inputs: mutate([`${HEADS}\n`, HEADS], ['"sequence":', '"hash":"', '{"sequence":1,']),
        read: async ({ text }) => {
          put(witness.path, text);
          const { heads, tornLines } = await witness.read();
          // No line is passed over in silence.
          expect(heads.length + tornLines.length).toBe(
            Buffer.from(text)
              .toString('utf8')
              .split('\n')
              .filter((line) => line !== '').length,
          );
        },
      },
      {
        name: 'pins',
        inputs: mutate([`sha256:${'0'.repeat(64)}\nsha256:${'1'.repeat(64)}\n`], ['sha256:', 'sha512:']),
        read: async ({ text }) => {
          put(join(configDir, 'pins', PROJECT), text);
          for (const pin of await pins.list()) expect(text.split('\n')).toContain(pin);
        },
      },
    ],
    scans: [
      scan(
        '.gitignore',
        ['*.log\n!b/\n/dist\n**/x/**\n# no\n\\#a\n', 'a.txt\nb/*\n'],
        ['**', '!', '\\', '[a-', '*.txt', '/', 'b/c.log'],
      ),
      scan(
        '.gitattributes',
        ['*.txt text eol=lf\nb/* filter=x\n* -text\n', '[attr]m text ident\nwin.txt m working-tree-encoding=UTF-16\n'],
        ['filter=lfs', 'ident', '!text', 'text=auto', '[attr]', 'eol=crlf', '* '],
      ),
      scan('.git/info/exclude', ['*.log\n'], ['!', '**']),
    ],
  };
}
