import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { git } from '../repository-fixture.js';

/** What a look at the same files must say, by `find`, `sha256sum` and git's own reading of ignore rules. Paths are latin1. */
export interface Expected {
  /** `<mode> <sha256> <path>` */
  readonly candidate: readonly string[];
  readonly residue: readonly string[];
  readonly refusals: readonly string[];
}

interface Row {
  readonly path: string;
  readonly type: string;
  readonly mode: string;
  readonly sha256: string;
}

/** `pristine` is a clone of the base with nothing else in it but its ignore rules and files. */
export function expectScan(root: string, pristine: string): Expected {
  const base = new Set(listFiles(pristine, ['-path', './.git', '-prune', '-o']).map((row) => row.path));
  const staged = split(
    run(root, 'git', [
      'diff',
      '--cached',
      '--name-only',
      '--no-renames',
      '-z',
      '--ita-visible-in-index',
      git(pristine, 'rev-parse', 'HEAD'),
    ]),
  );
  const known = new Set([...base, ...staged]);
  const rows = listFiles(root, ['-path', './.git', '-prune', '-o', '-path', '*/.git', '-prune', '-o']);
  const repositories = ['inner'].filter((folder) => existsSync(join(root, folder, '.git/HEAD')));
  const nested = (path: string) => repositories.some((folder) => path.startsWith(`${folder}/`));
  const ignored = listIgnored(pristine, [
    ...rows.map((row) => row.path).filter((path) => !nested(path)),
    ...repositories,
  ]);
  const out = (path: string) => nested(path) || (ignored.has(path) && !known.has(path));
  const candidate = rows.filter((row) => row.type !== 'special' && !out(row.path)).map(describe);
  for (const folder of repositories) {
    if (!out(folder)) candidate.push(`160000 ${sha256Of(git(join(root, folder), 'rev-parse', 'HEAD'))} ${folder}`);
  }
  const residue = rows.filter((row) => row.type === 'special' || out(row.path)).map(describe);
  const refusals = rows
    .filter((row) => row.type === 'special' && known.has(row.path))
    .map((row) => `special ${row.path}`);
  return {
    candidate: candidate.sort(),
    residue: [...residue, ...describeGit(root)].sort(),
    refusals: refusals.sort(),
  };
}

/** The part of git's data that is looked at here: configuration, hooks, info, HEAD and every ref. */
export const comparedGitData = /^\.git\/(config|HEAD|hooks\/.*|info\/.*|refs\/.*)$/s;

function describeGit(root: string): readonly string[] {
  const folders = ['./.git/config', './.git/HEAD', './.git/hooks', './.git/info'].filter((path) =>
    existsSync(join(root, path)),
  );
  const files = listFiles(root, [], folders).map(describe);
  const refs = new Map<string, string>();
  const packed = join(root, '.git/packed-refs');
  for (const line of existsSync(packed) ? readFileSync(packed, 'latin1').split('\n') : []) {
    const [, id = '', ref = ''] = /^([0-9a-f]{40}) (.+)$/.exec(line) ?? [];
    if (ref !== '') refs.set(ref, id);
  }
  for (const path of split(run(root, 'find', ['.git/refs', '-type', 'f', '-print0']))) {
    refs.set(path.slice('.git/'.length), readFileSync(join(root, path), 'latin1').trim());
  }
  return [...files, ...[...refs].map(([ref, id]) => `100644 ${sha256Of(id)} .git/${ref}`)];
}

function listFiles(cwd: string, prune: readonly string[], from: readonly string[] = ['.']): readonly Row[] {
  const fields = split(run(cwd, 'find', [...from, ...prune, '!', '-type', 'd', '-printf', '%y\\0%m\\0%p\\0%l\\0']));
  const found: { type: string; mode: number; path: string; target: string }[] = [];
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [type = '', mode = '', path = '', target = ''] = fields.slice(at, at + 4);
    found.push({ type, mode: Number.parseInt(mode, 8), path: path.slice(2), target });
  }
  const regular = found.filter(({ type }) => type === 'f').map(({ path }) => `./${path}\0`);
  const digests = regular.length === 0 ? [] : split(run(cwd, 'xargs', ['-0', 'sha256sum', '-z'], regular.join('')));
  const byPath = new Map(digests.map((row) => [row.slice(66 + 2), row.slice(0, 64)]));
  return found.map(({ type, mode, path, target }) => {
    if (type === 'l') return { path, type: 'link', mode: '120000', sha256: sha256Of(target) };
    if (type !== 'f') return { path, type: 'special', mode: 'special', sha256: '' };
    return { path, type: 'file', mode: (mode & 0o100) === 0 ? '100644' : '100755', sha256: byPath.get(path) ?? '?' };
  });
}

/** Which of these the base's rules ignore, although some of them may be tracked. */
function listIgnored(pristine: string, paths: readonly string[]): ReadonlySet<string> {
  if (paths.length === 0) return new Set();
  const input = paths.map((path) => `./${path}\0`).join('');
  const answer = run(pristine, 'sh', ['-c', 'git check-ignore --no-index --stdin -z || [ $? = 1 ]'], input);
  return new Set(split(answer).map((path) => path.slice(2)));
}

function describe({ mode, sha256, path }: Row): string {
  return `${mode} ${sha256} ${path}`;
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex');
}

function run(cwd: string, file: string, args: readonly string[], input = ''): string {
  const env = { PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
  const options = { cwd, env, input: Buffer.from(input, 'latin1'), maxBuffer: 2 ** 26, timeout: 60_000 };
  return execFileSync(file, [...args], options).toString('latin1');
}

function split(text: string): string[] {
  return text.split('\0').slice(0, -1);
}
