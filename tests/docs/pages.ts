import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/built.js';

export interface Page {
  /** Relative to the checkout. */
  readonly path: string;
  readonly text: string;
}

/** README.md and every page below docs/. */
export function readPages(): Page[] {
  const below = readdirSync(join(projectRoot, 'docs'), { recursive: true, encoding: 'utf8' });
  const paths = ['README.md', ...below.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
  return paths.sort().map((path) => ({ path, text: readFileSync(join(projectRoot, path), 'utf8') }));
}

/** The page without the parts between `<!-- NAME -->` and `<!-- /NAME -->`. */
export function withoutPart(text: string, name: string): string {
  return text.replace(new RegExp(`<!-- ${name} -->[\\s\\S]*?<!-- /${name} -->`, 'g'), '');
}

/** What stands between `<!-- NAME -->` and `<!-- /NAME -->`. */
export function partOf(text: string, name: string): string {
  return new RegExp(`<!-- ${name} -->([\\s\\S]*?)<!-- /${name} -->`).exec(text)?.[1] ?? '';
}

/** The fenced block after `<!-- example: NAME -->`. */
export function exampleOf(text: string, name: string): string {
  const found = new RegExp(`<!-- example: ${name} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\\n\`\`\``).exec(text)?.[1];
  if (found === undefined) throw new Error(`there is no example ${name}`);
  return found;
}

/** The cells of a table's rows, without its head. */
export function readRows(table: string): string[][] {
  return table
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}
