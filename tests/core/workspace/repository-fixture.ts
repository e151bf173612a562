import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compareResidue, compareTrees } from '../../../src/core/delta/compare.js';
import type { Base, Scan } from '../../../src/core/delta/tree.js';
import type { LocalIgnores } from '../../../src/core/ports.js';
import { type CachedWorkspace, createWorkspace } from '../../../src/core/workspace/workspace.js';

const environment = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'T',
  GIT_AUTHOR_EMAIL: 't@example.org',
  GIT_COMMITTER_NAME: 'T',
  GIT_COMMITTER_EMAIL: 't@example.org',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
};

export function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd,
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

export function createFolder(): { path: string; remove(): void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'ces-workspace-')));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function put(root: string, path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** A small project with an ignored folder, a link, a program and one commit on `main`. */
export function fillRepository(root: string): void {
  git(root, 'init', '-q', '-b', 'main');
  put(root, '.gitignore', 'dist/\nbuild/\n.venv/\nnode_modules/\n__pycache__/\n*.log\n');
  put(root, 'src/a.ts', 'export const a = 1;\n');
  put(root, 'src/b.ts', 'export const b = 2;\n');
  put(root, 'src/deep/c.ts', 'export const c = 3;\n');
  put(root, 'docs.txt', 'docs\n');
  put(root, 'run.sh', '#!/bin/sh\n');
  chmodSync(join(root, 'run.sh'), 0o755);
  symlinkSync('src/a.ts', join(root, 'link'));
  git(root, 'add', '-A');
  git(root, 'commit', '-qm', 'base');
  put(root, 'dist/out.js', 'built\n');
  put(root, 'node_modules/dep/index.js', 'module.exports = 1;\n');
}

export interface Seen {
  readonly candidate: readonly string[];
  readonly residue: readonly string[];
  readonly refusals: readonly string[];
}

export interface Start {
  readonly workspace: CachedWorkspace;
  readonly base: Base;
  readonly localIgnores: LocalIgnores;
  readonly scan: Scan;
}

export async function start(root: string): Promise<Start> {
  const workspace = createWorkspace({ root });
  const base = await workspace.readBase();
  const localIgnores = await workspace.readLocalIgnores();
  return { workspace, base, localIgnores, scan: await workspace.scan({ mode: 'full', base, localIgnores }) };
}

export interface Look {
  readonly now: Scan;
  readonly seen: Seen;
}

/** The paths at which a later look differs: from the base, from the residue at the start, and what is refused. */
export async function lookAgain({ workspace, base, localIgnores, scan }: Start, mode: 'full' | 'stat'): Promise<Look> {
  const now = await workspace.scan({ mode, base, localIgnores });
  const seen: Seen = {
    candidate: compareTrees(base.tree, now.candidate).map((change) => `${change.kind} ${change.path}`),
    residue: compareResidue(scan.residue, now.residue).map((change) => `${change.class} ${change.path}`),
    refusals: now.refusals.map((refusal) => `${refusal.reason} ${refusal.path}`),
  };
  return { now, seen };
}
