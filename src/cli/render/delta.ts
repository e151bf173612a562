import { readlink } from 'node:fs/promises';
import { showLine } from '../../core/approval/display.js';
import type { Context } from '../../core/context.js';
import type { Change } from '../../core/delta/tree.js';
import { readChange } from '../../core/operations/read-change.js';
import { fsPath } from '../../core/workspace/file-system.js';
import type { Colors } from '../output.js';
import { type RenderedChange, renderChange } from './diff.js';

const ROW_LIMIT = 20_000;
const ROW_LENGTH = 80;

/**
 * The diff of every change, and what of it is not shown in full, counted and by name. Small files come first where not all
 * can be shown: a huge one crowds out none of them. Refuses (`conflict`) what changes meanwhile.
 */
export async function renderDelta(
  ctx: Context,
  colors: Colors,
  base: string | null,
  delta: readonly Change[],
): Promise<{ lines: string[]; notShown: number }> {
  const rendered = new Map<string, RenderedChange>();
  let rows = 0;
  for (const change of [...delta].sort((a, b) => sizeOf(a) - sizeOf(b))) {
    // Read and hashed even where it is not shown: what is signed is there, as the digests say.
    const bytes = await readChange(ctx, change, base, (path) =>
      readlink(fsPath(`${ctx.root}/${path}`), { encoding: 'buffer' }),
    );
    if (rows >= ROW_LIMIT) continue;
    const shown = renderChange(colors, change, bytes);
    rows += countRows(shown.lines);
    rendered.set(change.path, shown);
  }
  const hidden = delta.flatMap((change) => {
    const shown = rendered.get(change.path);
    if (shown === undefined) return [`${change.kind} ${change.path} (left out: the review is too long)`];
    return shown.hidden === null ? [] : [`${change.path} (${shown.hidden})`];
  });
  return {
    lines: [
      ...delta.flatMap((change) => rendered.get(change.path)?.lines ?? []),
      ...(delta.length === 0 ? ['  no file differs from the base'] : []),
      `Files that differ: ${delta.length}; shown in full: ${delta.length - hidden.length}${hidden.length === 0 ? '' : `; ${colors.yellow(`not shown in full: ${hidden.length}`)}`}`,
      ...hidden.map((text) => `  ${showLine(text)}`),
    ],
    notShown: hidden.length,
  };
}

function sizeOf({ before, after }: Change): number {
  return (before?.size ?? 0) + (after?.size ?? 0);
}

function countRows(lines: readonly string[]): number {
  return lines.reduce((rows, line) => rows + 1 + Math.floor(line.length / ROW_LENGTH), 0);
}
