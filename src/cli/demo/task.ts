/** The project that the demo makes: small, real, without dependencies, so that its tests start at once. */
export const PROJECT_FILES: Readonly<Record<string, string>> = {
  'package.json': `${JSON.stringify({ name: 'wordkit', version: '1.0.0', private: true, type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`,
  'README.md': '# wordkit\n\nSmall functions for text.\n',
  'src/words.js': `export function countWords(text) {
  return text.split(/\\s+/).filter(Boolean).length;
}
`,
  'src/slug.js': `export function slug(text) {
  return text.toLowerCase().match(/[a-z0-9]+/g)?.join('-') ?? '';
}
`,
  'test/words.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as words from '../src/words.js';

test('words are counted, not spaces', () => {
  assert.equal(words.countWords(' one  two '), 2);
});
`,
  'test/slug.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slug } from '../src/slug.js';

test('a slug holds letters and digits alone', () => {
  assert.equal(slug('Hello, World 2!'), 'hello-world-2');
});
`,
};

/** What the agent asks to do. */
export const REQUEST = {
  objective: 'Add truncate(text, limit) to src/words.js',
  scope: ['src/words.js', 'test/words.test.js'],
  acceptance_criteria: ['The result is never longer than the limit', 'Text is cut between words'],
} as const;

export const CODE = 'src/words.js';
export const TEST = 'test/words.test.js';
export const UNTOUCHED = 'src/slug.js';
export const STRAY = 'README.md';

export const NEW_TESTS = `
test('a long text is cut between words, within the limit', () => {
  assert.equal(words.truncate('one two three', 10), 'one two...');
});
`;

/** Really wrong: it cuts inside a word, and forgets that the dots count. */
export const WRONG_CODE = `
export function truncate(text, limit) {
  return text.length <= limit ? text : \`\${text.slice(0, limit)}...\`;
}
`;

export const MENDED_CODE = `
export function truncate(text, limit) {
  if (text.length <= limit) return text;
  const space = text.lastIndexOf(' ', limit - 3);
  return \`\${text.slice(0, space > 0 ? space : limit - 3)}...\`;
}
`;
