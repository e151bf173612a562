// Parts of a Markdown file that are made by `npm run docs`, between two comments:
//   <!-- generated: NAME --> … <!-- /generated -->      a table or a page
//   <!-- output: COMMAND --> … <!-- /output -->         what a command really printed, as a fenced block
const SECTION = /(<!-- (generated|output): ([^\n]+?) -->\n)([\s\S]*?)(<!-- \/\2 -->)/g;

export interface Section {
  readonly kind: 'generated' | 'output';
  readonly name: string;
  readonly body: string;
}

/** The marked parts of a page, in order. */
export function listSections(markdown: string): Section[] {
  return [...markdown.matchAll(SECTION)].map(([, , kind = '', name = '', body = '']) => ({
    kind: kind === 'output' ? 'output' : 'generated',
    name,
    body,
  }));
}

/** The page with each marked part replaced by what `render` gives for it; a part that it gives null for stays. */
export function fillSections(markdown: string, render: (section: Section) => string | null): string {
  return markdown.replace(SECTION, (whole, open: string, kind: string, name: string, body: string, close: string) => {
    const text = render({ kind: kind === 'output' ? 'output' : 'generated', name, body });
    return text === null ? whole : `${open}${text.trimEnd()}\n${close}`;
  });
}

/** A table; cells lose line breaks and keep their pipes. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replace(/\s*\n\s*/g, ' ').replace(/(?<!\\)\|/g, '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

export function renderBlock(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

/** What stands inside the fenced block of a section. */
export function readBlock(body: string): string {
  return /^```[^\n]*\n([\s\S]*?)\n?```$/m.exec(body.trim())?.[1] ?? '';
}
