import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../support/built.js';
import { partOf, readPages, readRows } from './pages.js';

const pages = readPages();

test.each(pages.map(({ path, text }) => [path, text]))('every link of %s leads somewhere', (path, text) => {
  const broken: string[] = [];
  for (const [, target = ''] of withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https:\/\//.test(target)) continue;
    const [file = '', anchor] = target.split('#');
    const full = file === '' ? join(projectRoot, path) : join(projectRoot, normalize(join(dirname(path), file)));
    if (!existsSync(full)) broken.push(target);
    else if (anchor !== undefined && !(statSync(full).isFile() && anchorsOf(full).includes(anchor)))
      broken.push(target);
  }
  expect(broken).toEqual([]);
});

test('every attack in the threat model names a test that exists', () => {
  const threats = pages.find(({ path }) => path === 'docs/threat-model.md')?.text ?? '';
  const [foreseen, found] = [readRows(partOf(threats, 'attacks')), readRows(partOf(threats, 'found'))];
  expect(foreseen.length).toBeGreaterThan(20);
  expect(found.length).toBeGreaterThan(10);
  for (const [attack = '', , where = ''] of [...foreseen, ...found]) {
    const [, file = '', title = ''] = /^`(tests\/(?:attacks|core)\/[^`]+)`: (.+)$/.exec(where) ?? [];
    expect(existsSync(join(projectRoot, file)) && file !== '', `${attack}: ${where}`).toBe(true);
    expect(readFileSync(join(projectRoot, file), 'utf8').includes(title), `${attack}: ${where}`).toBe(true);
  }
});

test('every page is reached from the README', () => {
  const linked = new Set<string>();
  const follow = (path: string): void => {
    if (linked.has(path)) return;
    linked.add(path);
    const text = pages.find((page) => page.path === path)?.text ?? '';
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s#]+\.md)/g)) follow(normalize(join(dirname(path), target)));
    if (/\]\(docs\/decisions\)/.test(text)) follow('docs/decisions/README.md');
  };
  follow('README.md');
  expect(pages.map(({ path }) => path).filter((path) => !linked.has(path))).toEqual([]);
});

function anchorsOf(file: string): string[] {
  return [...withoutCode(readFileSync(file, 'utf8')).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '');
}
