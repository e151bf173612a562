import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { CesError } from '../errors.js';
import type { Witness } from '../ports.js';
import { ensurePrivateDir, explainWrites, openPrivate, readPrivateFile, syncDir } from '../private-files.js';

export interface WitnessedHead {
  readonly sequence: number;
  readonly hash: string;
  readonly at: string;
}

export interface WitnessReport {
  readonly heads: readonly WitnessedHead[];
  /** Numbers of lines that were cut off while they were written: a crash, and to be shown. */
  readonly tornLines: readonly number[];
}

export interface FileWitness extends Witness {
  readonly path: string;
  /** All heads, and what was seen to be wrong. Refuses lines that no crash explains (`state_corrupt`). */
  read(): Promise<WitnessReport>;
}

/** Where the heads of one root's ledger lie: checkouts of one project have a ledger each, and so a witness each. */
export function witnessPath(where: {
  readonly stateDir: string;
  readonly projectId: string;
  readonly root: string;
}): string {
  const name = createHash('sha256').update(where.root).digest('hex').slice(0, 16);
  return join(where.stateDir, 'projects', where.projectId, `witness-${name}.jsonl`);
}

/** Keeps heads of one root's ledger at `witnessPath`, one JSON line each, never rewritten. */
export function createWitness(where: Parameters<typeof witnessPath>[0]): FileWitness {
  const path = witnessPath(where);
  const read = async (): Promise<WitnessReport> => {
    const bytes = await readPrivateFile(path);
    return bytes === null ? { heads: [], tornLines: [] } : parseHeads(bytes.toString('utf8'), path);
  };
  return {
    path,
    read,
    heads: async () => (await read()).heads,
    append: async (head) => {
      const folder = await ensurePrivateDir(where.stateDir, 'projects', where.projectId);
      await explainWrites(path, () => appendLine(path, formatHead(head)));
      // The new file's name must survive a crash as well as its bytes.
      await syncDir(folder);
    },
  };
}

async function appendLine(path: string, line: string): Promise<void> {
  const handle = await openPrivate(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT);
  if (handle === null) throw new CesError('state_unwritable', `${path} vanished.`, 'Try again.');
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    const needsNewline = size > 0 && last.toString() !== '\n';
    const bytes = Buffer.from(`${needsNewline ? '\n' : ''}${line}\n`);
    // One write: two processes that append at once never mix their lines.
    const { bytesWritten } = await handle.write(bytes);
    if (bytesWritten !== bytes.length)
      throw new CesError('state_unwritable', `${path} took only part of a line.`, 'Make room on the disk.');
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function parseHeads(text: string, path: string): WitnessReport {
  const heads: WitnessedHead[] = [];
  const tornLines: number[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const head = parseHead(line);
    if (head !== null) heads.push(head);
    else if (isTorn(line)) tornLines.push(index + 1);
    else
      throw new CesError(
        'state_corrupt',
        `Line ${index + 1} of ${path} is not a head that CES wrote.`,
        'Somebody edited the witness. Run `ces audit verify`, and keep the file.',
      );
  }
  return { heads, tornLines };
}

const LINE = /^\{"sequence":(\d{1,15}),"hash":"([0-9a-f]{64})","at":"([0-9TZ:.-]{24})"\}$/;
const EMPTY_LINE = '{"sequence":0,"hash":"","at":""}';

/** True for the beginning of a line that `formatHead` writes. */
function isTorn(line: string): boolean {
  const emptied = line
    .replace(/^\{"sequence":\d{1,15}/, '{"sequence":0')
    .replace(/"hash":"[0-9a-f]{1,64}/, '"hash":"')
    .replace(/"at":"[0-9TZ:.-]{1,24}/, '"at":"');
  return EMPTY_LINE.startsWith(emptied);
}

function parseHead(line: string): WitnessedHead | null {
  const [, sequence, hash, at] = LINE.exec(line) ?? [];
  if (sequence === undefined || hash === undefined || at === undefined) return null;
  return { sequence: Number(sequence), hash, at };
}

function formatHead(head: WitnessedHead): string {
  const line = `{"sequence":${head.sequence},"hash":"${head.hash}","at":"${head.at}"}`;
  if (parseHead(line) === null)
    throw new CesError('invalid_input', 'A head is a sequence, 64 hex digits and a time in UTC.', 'This is a bug.');
  return line;
}
