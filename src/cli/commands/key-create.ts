import { parseAllowedSigners } from '../../core/approval/allowed-signers.js';
import { CesError } from '../../core/errors.js';
import { renderSigners } from '../../core/operations/init.js';
import { createProjectFolder } from '../../core/store/project-folder.js';
import { type Cli, type ExitCode, withProject } from '../cli.js';
import { refuseAgents, requireTerminal } from '../guard.js';
import { createOperatorKey, keyPathOf, readOperatorKey, signerLineOf } from '../operator-key.js';

/** `ces key create`: a key for approvals alone, whose passphrase is typed here and nowhere else. */
export async function run(cli: Cli, options: { passphrase: boolean }): Promise<ExitCode> {
  await refuseAgents(cli, 'ces key create');
  await requireTerminal(cli, 'ces key create');
  if ((await readOperatorKey(cli.folders)) !== null)
    throw new CesError('conflict', `There is a key at ${keyPathOf(cli.folders)} already.`, 'Run: ces key show');
  const project = await findGoverned(cli);
  const key = await createOperatorKey(cli, { noPassphrase: !options.passphrase, projectName: project?.name ?? null });
  if (key === null)
    throw new CesError(
      'weak_passphrase',
      'No key was made: no passphrase was given that will do.',
      'Run again: ces key create',
    );
  const line = signerLineOf(key, key.signer);
  const shared = project === null ? false : await shareSigner(project.root, line);
  const { type, fingerprint, path, publicKeyPath, signer, encrypted } = key;
  cli.out.answer(
    {
      key: {
        type,
        fingerprint,
        path,
        public_key_path: publicKeyPath,
        signer,
        passphrase: encrypted,
        allowed_signers_line: line,
      },
    },
    () =>
      [
        `Made ${path} (${fingerprint}); approvals by it carry the name ${signer}.`,
        ...(encrypted ? [] : ['It has no passphrase: any program of yours can approve with it.']),
        ...(shared ? ['Added it to .ces/allowed_signers; commit that file.'] : []),
        'Keep a copy of your passphrase where no agent reads. Next: ces status',
      ].join('\n'),
  );
  return 0;
}

async function findGoverned(cli: Cli): Promise<{ root: string; name: string | null } | null> {
  try {
    return await withProject(cli, 'read', async (ctx) => ({ root: ctx.root, name: ctx.store.read.meta('name') }));
  } catch (error) {
    if (error instanceof CesError && error.code === 'not_a_project') return null;
    throw error;
  }
}

/** Writes the line into a project's `.ces/allowed_signers` that names nobody yet; true where it did. */
export async function shareSigner(root: string, line: string): Promise<boolean> {
  const folder = createProjectFolder(root);
  const parsed = parseAllowedSigners((await folder.read('allowed_signers')) ?? '');
  if (!parsed.ok || parsed.signers.length > 0) return false;
  await folder.write('allowed_signers', renderSigners(line));
  return true;
}
