import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { readProgram } from '../../scripts/docs/commands.js';
import { type Page, partOf, readPages, withoutPart } from './pages.js';

const { program } = readProgram();
const pages = readPages();

test.each(pages.map(({ path }) => path))('every command that %s names exists, with its options', (path) => {
  const unknown = commandsIn(pages.filter((page) => page.path === path)).filter((line) => findProblem(line) !== null);
  expect(unknown.map((line) => `${line} (${findProblem(line)})`)).toEqual([]);
});

test('the check of commands tells what exists from what does not', () => {
  expect(findProblem('ces audit verify --json')).toBeNull();
  expect(findProblem('ces approve --waive F-… --reason TEXT')).toBeNull();
  expect(findProblem('ces frobnicate')).toBe('no command frobnicate');
  expect(findProblem('ces status --frobnicate')).toBe('no option --frobnicate');
});

test('what is listed as not yet there is not there', () => {
  const readme = pages.find(({ path }) => path === 'README.md')?.text ?? '';
  const [rows = ''] = [partOf(readme, 'not yet')];
  const first = rows.split('\n').map((row) => row.split('|')[1] ?? '');
  const named = first.flatMap((cell) =>
    [...cell.matchAll(/`(?:ces )?([a-z][a-z -]*)`/g)].map(([, words = '']) => words),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((words) => findProblem(`ces ${words}`) === null)).toEqual([]);
});

test('every command of the program is documented', () => {
  const reference = pages.find(({ path }) => path === 'docs/commands.md')?.text ?? '';
  for (const command of program.commands) expect(reference).toContain(`## ces ${command.name()}`);
});

// In code: `ces …`, lines of a shell block that start with it, and what a printed text tells people to run.
function commandsIn(where: readonly Page[]): string[] {
  return where.flatMap(({ path, text }) => {
    const spoken = withoutPart(text, 'not yet')
      .split('\n')
      // Rows about the original, of what is not here.
      .filter((line) => !(path === 'docs/original-map.md' && /\| (planned|dropped) \|/.test(line)))
      .join('\n');
    const inline = [...spoken.matchAll(/`(ces [^`]+)`/g)].map(([, line = '']) => line);
    const shell = [...spoken.matchAll(/^(?:\$ )?(ces [a-z].*)$/gm)].map(([, line = '']) => line);
    const advised = [...spoken.matchAll(/(?:Next: |Run: |-- )(ces [a-z][a-z -]*)/g)].map(([, line = '']) => line);
    return [...inline, ...shell, ...advised].map((line) => line.split(/ {2,}|[#;|<]/)[0]?.trim() ?? line);
  });
}

function findProblem(line: string): string | null {
  let command: Command = program;
  const words = line
    .replace(/"[^"]*"/g, 'TEXT')
    .split(/\s+/)
    .slice(1);
  for (const word of words) {
    if (word.startsWith('--')) {
      const known =
        [...command.options, ...program.options].some((option) => option.long === word) || word === '--help';
      if (!known) return `no option ${word}`;
      continue;
    }
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (next !== undefined) command = next;
    else if (command === program && /^[a-z]/.test(word) && !isOptionValue(words, word)) return `no command ${word}`;
    else if (command.name() === 'key' && /^[a-z]/.test(word)) return `no command key ${word}`;
  }
  return null;
}

function isOptionValue(words: readonly string[], word: string): boolean {
  return words[words.indexOf(word) - 1] === '--project-root';
}
