import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { z } from 'zod';
import { type Pty, startOnPty } from '../../support/pty.js';

const answerSchema = z.union([
  z.strictObject({ value: z.string().nullable() }),
  z.strictObject({ code: z.string(), message: z.string(), cause: z.string() }),
]);
export type Answer = z.infer<typeof answerSchema>;

export interface Program {
  readonly path: string;
  /** Starts it on a terminal; `answer` is there once it ended. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Pty & { answer(): Promise<Answer> };
}

/** Bundles the program into `dir`, so that it starts without any loader. */
export async function buildProgram(dir: string): Promise<Program> {
  const path = join(dir, 'program.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('program.ts', import.meta.url))],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  let runs = 0;
  return {
    path,
    start: (args, env = {}) => {
      runs += 1;
      const resultPath = join(dir, `answer-${runs}.json`);
      const pty = startOnPty([process.execPath, path, ...args, resultPath], {
        cwd: dir,
        env: { PATH: process.env.PATH ?? '', HOME: dir, ...env },
      });
      return { ...pty, answer: async () => pty.exit.then(() => readAnswer(resultPath)) };
    },
  };
}

/** What the program wrote. */
export function readAnswer(path: string): Answer {
  return answerSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}
