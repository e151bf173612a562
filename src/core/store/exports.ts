import { lstat, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { CesError } from '../errors.js';
import type { Exports } from '../ports.js';

const STATEMENT = '.statement.json';
const SIGNATURE = '.statement.json.sig';
const SIZE_LIMIT = 16 * 1024 * 1024;

/** Exports below `root`/.ces/exports; refuses (`unsafe_state`) a folder that is a link. */
export function createExports(root: string): Exports {
  const folder = join(root, '.ces', 'exports');
  return {
    async write(id, statement, signature) {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await refuseOther(folder);
        await writeFileAtomic(join(folder, id + STATEMENT), statement, { mode: 0o644 });
        await writeFileAtomic(join(folder, id + SIGNATURE), signature, { mode: 0o644 });
      } catch (error) {
        throw explainWrite(folder, id, error);
      }
      return { statementPath: `.ces/exports/${id}${STATEMENT}`, signaturePath: `.ces/exports/${id}${SIGNATURE}` };
    },
    async list() {
      const names = await readdir(folder).catch((): string[] => []);
      const found: { name: string; statement: string; signature: string | null }[] = [];
      for (const name of names.filter((candidate) => candidate.endsWith(STATEMENT)).sort()) {
        const signatureName = name.slice(0, -STATEMENT.length) + SIGNATURE;
        const statement = await readSmall(join(folder, name));
        found.push({
          name,
          statement: statement ?? '',
          signature: names.includes(signatureName) ? await readSmall(join(folder, signatureName)) : null,
        });
      }
      return found;
    },
  };
}

async function refuseOther(folder: string): Promise<void> {
  if ((await lstat(folder)).isDirectory()) return;
  throw new CesError(
    'unsafe_state',
    `${folder} is not a folder.`,
    'Look at what put it there; remove it, then try again.',
  );
}

function explainWrite(folder: string, id: string, error: unknown): unknown {
  if (error instanceof CesError || !(error instanceof Error && 'code' in error)) return error;
  return new CesError(
    'state_unwritable',
    `${id} is signed and recorded, but its files in ${folder} can't be written (${String(error.code)}).`,
    'Mend the folder or make room; the next ces approve writes them.',
    error,
  );
}

// A link, a folder or a huge file in a statement's place is no statement; it is listed, and then judged as none.
async function readSmall(path: string): Promise<string | null> {
  const stat = await lstat(path).catch(() => null);
  if (stat === null || !stat.isFile() || stat.size > SIZE_LIMIT) return null;
  return readFile(path, 'utf8').catch(() => null);
}
