import { lstatSync, mkdirSync, readdirSync, realpathSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import type { CandidateTree } from '../delta/tree.js';

/**
 * Links the workspace's dependency folders into the copy and returns the real folders that the links lead to. `node_modules`
 * becomes a real folder with one link per package, so that caches land in the copy; a link to a package of the project
 * itself leads to the copy's. What the tree holds itself stays as it is.
 */
export function linkDependencies(root: string, tree: CandidateTree, copy: string): readonly string[] {
  const manifests = tree.entries.map((entry) => entry.path).filter((path) => posix.basename(path) === 'package.json');
  const folders = manifests
    .map((path) => posix.dirname(path))
    .filter((folder) => !folder.split('/').includes('node_modules'));
  const modules = folders.flatMap((folder) => linkModules({ root, copy, folder }) ?? []);
  const whole = ['.venv', 'vendor'].flatMap((name) => linkWhole(join(root, name), join(copy, name)) ?? []);
  return [...new Set([...modules, ...whole])];
}

interface Place {
  readonly root: string;
  readonly copy: string;
  /** Folder of a package.json, relative to the root. */
  readonly folder: string;
}

function linkModules({ root, copy, folder }: Place): string | null {
  const source = realFolder(join(root, folder, 'node_modules'));
  const target = join(copy, folder, 'node_modules');
  if (source === null || exists(target)) return null;
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(source)) {
    if (name.startsWith('.') && name !== '.bin') continue;
    if (!name.startsWith('@')) {
      linkPackage(join(source, name), join(target, name), { root, copy, folder });
      continue;
    }
    mkdirSync(join(target, name));
    for (const inner of readdirSync(join(source, name))) {
      linkPackage(join(source, name, inner), join(target, name, inner), { root, copy, folder });
    }
  }
  return source;
}

/** A link into the project's own sources would test the working tree's code, so it leads to the same place in the copy. */
function linkPackage(source: string, target: string, { root, copy }: Place): void {
  const real = realFolder(source) ?? source;
  const home = realpathSync(root);
  const inside = real.startsWith(`${home}/`) ? real.slice(home.length + 1) : null;
  const isOwn = inside !== null && !inside.split('/').includes('node_modules');
  symlinkSync(isOwn ? join(copy, inside) : source, target);
}

function linkWhole(source: string, target: string): string | null {
  const real = realFolder(source);
  if (real === null || exists(target)) return null;
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(real, target);
  return real;
}

function realFolder(path: string): string | null {
  try {
    const real = realpathSync(path);
    return statSync(real).isDirectory() ? real : null;
  } catch {
    return null;
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
