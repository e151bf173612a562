import type { Mutation } from './mutation.js';
import { placesOf } from './mutation.js';

const head = `# What changes, and where it shows

Each row is a way to change a project, made with real files and real git by the tests. Everything is found by comparing
complete trees of content, never by asking git what changed.

- **candidate**: what a commit would hold. It is shown, checked and signed. A claim that leaves any such change out is
  told \`evidence_mismatch\` (high) beside what the row says.
- **residue**: anything else below the root. No check sees it, dependencies apart.
- **.git**: git's own configuration, hooks, refs and flags. Refs, HEAD and the index are shown without a finding, since every
  commit moves them.
- **observation only**: owner, times and mode bits that neither git nor a digest records.

The findings are those of a claim that names its changes, under a manifest whose scope is \`src/**\`. Critical and high ones
stand in the way of a claim; a path outside the scope is one of them.
`;

/** The contract as the Markdown page of the docs. */
export function renderMutations(
  groups: readonly { readonly title: string; readonly items: readonly Mutation[] }[],
): string {
  const tables = groups.map(({ title, items }) => {
    const rows = items.map((mutation) => `| ${cells(mutation).map(escapeCell).join(' | ')} |`);
    return [`## ${title}`, '', '| Change | Shows in | Findings | In words |', '|---|---|---|---|', ...rows].join('\n');
  });
  return `${[head, ...tables].join('\n')}\n`.replaceAll('\n## ', '\n\n## ').replaceAll(/\n{3,}/g, '\n\n');
}

function cells(mutation: Mutation): readonly string[] {
  const { name, findings, says = '', statMayMiss = [], shows } = mutation;
  const counts = new Map<string, number>();
  for (const finding of findings) {
    const [severity, kind] = finding.split(' ');
    const key = `${severity} \`${kind}\``;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const told = [...counts].map(([key, count]) => (count === 1 ? key : `${key} × ${count}`));
  const late = statMayMiss.length > 0 ? ' (by the full scan of each claim and approval; a stat pass may miss it)' : '';
  const [path] = (shows.candidate ?? []).map((row) => row.slice(row.indexOf(' ') + 1));
  const unclaimed = told.length === 0 && path !== undefined;
  return [
    name,
    `${placesOf(mutation).join(', ')}${late}`,
    unclaimed ? 'none where claimed, else high `evidence_mismatch`' : told.join(', ') || 'none',
    unclaimed ? leftOutWords(path) : says,
  ];
}

/** What a claim is told that leaves a change of the candidate out. */
export function leftOutWords(path: string): string {
  return `${path} changed, but the claim leaves it out.`;
}

/** Long names are cut; what would break the table or the page is written as an escape. */
function escapeCell(text: string): string {
  const short = text.replaceAll(/(\S{60})\S+/g, '$1…');
  return short
    .replaceAll('|', '\\|')
    .replaceAll('\n', '\\n')
    .replaceAll(/[\ud800-\udfff]/g, '\\xff');
}
