import { constants } from 'node:fs';
import { join } from 'node:path';
import { CesError } from '../errors.js';
import { ensurePrivateDir, explainWrites, openPrivate, readPrivateFile } from '../private-files.js';

/** Digests of governing texts (policy, profile) that the operator accepted on this machine, outside every workspace. */
export interface Pins {
  list(): Promise<readonly string[]>;
  /** Durable when it returns. */
  add(digest: string): Promise<void>;
}

/** Pins of one project, in `<configDir>/pins/<projectId>`, one `sha256:` digest a line. Refuses links (`unsafe_state`). */
export function createPins(where: { readonly configDir: string; readonly projectId: string }): Pins {
  const path = join(where.configDir, 'pins', where.projectId);
  const list = async (): Promise<readonly string[]> =>
    ((await readPrivateFile(path))?.toString('utf8') ?? '')
      .split('\n')
      .filter((line) => /^sha256:[0-9a-f]{64}$/.test(line));
  return {
    list,
    async add(digest) {
      if ((await list()).includes(digest)) return;
      await ensurePrivateDir(where.configDir, 'pins');
      const handle = await openPrivate(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
      if (handle === null)
        throw new CesError('state_unwritable', `${path} can't be made.`, `Check the rights of ${where.configDir}.`);
      try {
        await explainWrites(path, async () => {
          await handle.writeFile(`${digest}\n`);
          await handle.sync();
        });
      } finally {
        await handle.close();
      }
    },
  };
}
