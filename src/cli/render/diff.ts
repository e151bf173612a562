import { structuredPatch } from 'diff';
import { showLine, showText } from '../../core/approval/display.js';
import type { Change, EntryMode } from '../../core/delta/tree.js';
import type { ChangeBytes } from '../../core/operations/read-change.js';
import type { Colors } from '../output.js';

const BYTE_LIMIT = 512 * 1024;
const DIFF_TIMEOUT_MS = 3000;

export interface RenderedChange {
  readonly lines: readonly string[];
  /** Why the contents are not shown; null where they are. */
  readonly hidden: 'binary' | 'large' | 'no bytes' | null;
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
  const patch = structuredPatch('a', 'b', before, after, '', '', { context: 3, timeout: DIFF_TIMEOUT_MS });
  if (patch === undefined) return hide('large', 'too different to show');
  const hunks = patch.hunks.flatMap((hunk) => [
    colors.cyan(`@@ -${place(hunk.oldStart, hunk.oldLines)} +${place(hunk.newStart, hunk.newLines)} @@`),
    ...hunk.lines.map((line) => paintLine(colors, line)),
  ]);
  return { lines: [...head, ...hunks], hidden: null };
}

// A side without lines is placed before its first, as in every unified diff.
function place(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

function paintLine(colors: Colors, line: string): string {
  const shown = showText(line).text;
  if (line.startsWith('+')) return colors.green(shown);
  return line.startsWith('-') ? colors.red(shown) : shown;
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
function decode(bytes: Uint8Array | null): string | null {
  if (bytes === null) return '';
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
