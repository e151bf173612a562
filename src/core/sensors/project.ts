import { z } from 'zod';
import { findScriptArgs } from './script-args.js';

/** The base tree's files as far as detection needs them: every path, and the texts of manifests and configuration. */
export interface ProjectFiles {
  readonly names: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
}

export interface Project extends ProjectFiles {
  readonly scripts: Readonly<Record<string, string>>;
  readonly packageManager: 'npm' | 'pnpm' | 'yarn' | 'bun';
  /** Whether package.json names it as a dependency of any kind. */
  declares(name: string): boolean;
  /** Whether a file of this pattern lies in the root. */
  hasRootFile(pattern: RegExp): boolean;
  /** The first script that calls the program, with the arguments that it is given there; `test` is looked at first. */
  scriptCalling(program: string): { readonly name: string; readonly args: readonly string[] } | null;
}

const packageSchema = z.object({
  scripts: z.record(z.string(), z.string()).catch({}),
  dependencies: z.record(z.string(), z.unknown()).catch({}),
  devDependencies: z.record(z.string(), z.unknown()).catch({}),
  peerDependencies: z.record(z.string(), z.unknown()).catch({}),
});

const LOCKFILES = [
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
] as const;

/** Reads package.json and the lockfile's name. An absent or broken package.json is a project without scripts. */
export function readProject(files: ProjectFiles): Project {
  const manifest = parsePackage(files.texts.get('package.json'));
  const declared = new Set(
    [manifest.dependencies, manifest.devDependencies, manifest.peerDependencies].flatMap((group) => Object.keys(group)),
  );
  const names = new Set(files.names);
  const scripts = Object.entries(manifest.scripts).sort(
    ([one], [other]) => Number(other === 'test') - Number(one === 'test'),
  );
  return {
    ...files,
    scripts: manifest.scripts,
    packageManager: LOCKFILES.find(([name]) => names.has(name))?.[1] ?? 'npm',
    declares: (name) => declared.has(name),
    hasRootFile: (pattern) => files.names.some((name) => !name.includes('/') && pattern.test(name)),
    scriptCalling: (program) => {
      for (const [name, script] of scripts) {
        const args = findScriptArgs(script, program);
        if (args !== null) return { name, args };
      }
      return null;
    },
  };
}

function parsePackage(text: string | undefined): z.infer<typeof packageSchema> {
  try {
    return packageSchema.parse(JSON.parse(text ?? '{}'));
  } catch {
    return packageSchema.parse({});
  }
}
