import { structuredPatch } from 'diff';
import { showEnds, showLine } from '../../core/approval/display.js';
import type { Change, EntryMode } from '../../core/delta/tree.js';
import type { ChangeBytes } from '../../core/operations/read-change.js';
import type { Colors } from '../output.js';
import { type Decoded, decodeText, showBytes } from './decode.js';

/** Characters of one line that are shown; of a longer one, the beginning and the end. */
const LINE_LENGTH = 20_000;
const BYTE_LIMIT = 512 * 1024;
const DIFF_TIMEOUT_MS = 3000;

export interface RenderedChange {
  readonly lines: readonly string[];
  /** Why the contents are not shown, or not in full; null where they are. */
  readonly hidden: 'binary' | 'large' | 'no bytes' | 'long lines cut' | 'UTF-16' | null;
}

/** One change as a unified diff of exactly these bytes. What can't be shown as text is said, with sizes and digests. */
export function renderChange(colors: Colors, change: Change, bytes: ChangeBytes): RenderedChange {
  const head = [colors.bold(`${change.kind}: ${showLine(change.path)}`), ...describeMode(change)];
  const hide = (hidden: RenderedChange['hidden'], why: string): RenderedChange => ({
    lines: [...head, `  ${colors.yellow(why)}: ${describeSide(change.before)} → ${describeSide(change.after)}`],
    hidden,
  });
  if (hasNoBytes(change)) return hide('no bytes', 'not a file');
  const sides = [bytes.before, bytes.after];
  if (sides.some((side) => (side?.length ?? 0) > BYTE_LIMIT)) return hide('large', 'too large to show');
  const before = decode(bytes.before);
  const after = decode(bytes.after);
  if (before === null || after === null) return hide('binary', 'not text');
  const patch = structuredPatch('a', 'b', before.text, after.text, '', '', { context: 3, timeout: DIFF_TIMEOUT_MS });
  if (patch === undefined) return hide('large', 'too different to show');
  let cut = false;
  const hunks = patch.hunks.flatMap((hunk) => [
    colors.cyan(`@@ -${place(hunk.oldStart, hunk.oldLines)} +${place(hunk.newStart, hunk.newLines)} @@`),
    ...hunk.lines.map((line) => {
      const shown = showEnds(showBytes(line), LINE_LENGTH);
      cut ||= shown.cut > 0;
      return paintLine(colors, shown.text);
    }),
  ]);
  const hidden = cut ? 'long lines cut' : before.doubtful || after.doubtful ? 'UTF-16' : null;
  return { lines: [...head, ...describeNotes(colors, before, after), ...hunks], hidden };
}

function describeNotes(colors: Colors, before: Decoded, after: Decoded): string[] {
  const note = (name: string, { note: text }: Decoded) => (text === null ? [] : [`  ${name}: ${colors.yellow(text)}`]);
  return [...note('before', before), ...note('after', after)];
}

// A side without lines is placed before its first, as in every unified diff.
function place(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

function paintLine(colors: Colors, line: string): string {
  if (line.startsWith('+')) return colors.green(line);
  return line.startsWith('-') ? colors.red(line) : line;
}

function describeMode({ before, after }: Change): string[] {
  const words: Readonly<Record<EntryMode, string>> = {
    '100644': 'file',
    '100755': 'executable file',
    '120000': 'link',
    '160000': 'nested repository',
    special: 'device or pipe',
    unreadable: 'unreadable',
  };
  if (before !== null && after !== null)
    return before.mode === after.mode ? [] : [`  was ${words[before.mode]}, is ${words[after.mode]}`];
  const only = after ?? before;
  return only === null || only.mode === '100644' ? [] : [`  ${words[only.mode]}`];
}

function describeSide(entry: Change['before']): string {
  return entry === null ? 'nothing' : `${entry.size} bytes, sha256 ${entry.sha256 === '' ? 'unknown' : entry.sha256}`;
}

function hasNoBytes({ before, after }: Change): boolean {
  return [before, after].some(
    (entry) => entry !== null && (entry.mode === '160000' || entry.mode === 'special' || entry.mode === 'unreadable'),
  );
}

// A side that is not there is an empty text; null for bytes that are no text.
function decode(bytes: Uint8Array | null): Decoded | null {
  return bytes === null ? { text: '', note: null, doubtful: false } : decodeText(bytes);
}
