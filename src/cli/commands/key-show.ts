import { CesError } from '../../core/errors.js';
import type { Cli, ExitCode } from '../cli.js';
import { isHeldByAgent, keyPathOf, readOperatorKey, signerLineOf } from '../operator-key.js';

/** `ces key show`: what the key is, and whether it is fit to approve. Exit 1 where it is not. */
export async function run(cli: Cli): Promise<ExitCode> {
  const key = await readOperatorKey(cli.folders);
  if (key === null)
    throw new CesError('no_key', `There is no key at ${keyPathOf(cli.folders)}.`, 'Run: ces key create');
  const { path, type, fingerprint, publicKey, encrypted, kdfRounds, hardware, signer } = key;
  const held = await isHeldByAgent(cli, publicKey);
  const problems = [
    ...(signer === null ? ['this machine does not trust it: it is not in allowed_signers beside it'] : []),
    ...(encrypted || hardware ? [] : ['it has no passphrase: any program of yours can approve with it']),
    ...(held === 'held' ? ['an ssh-agent holds it, and signs with it for anyone who asks: ssh-add -d it'] : []),
  ];
  const line = signerLineOf(key, signer ?? 'operator');
  cli.out.answer(
    {
      key: {
        path,
        type,
        fingerprint,
        signer,
        passphrase: encrypted,
        kdf_rounds: kdfRounds,
        hardware,
        in_ssh_agent: held,
        allowed_signers_line: line,
      },
      problems,
    },
    () =>
      [
        `${path}`,
        `  ${type}  ${fingerprint}`,
        `  signs as ${signer ?? 'nobody that this machine trusts'}; ${encrypted ? `passphrase, ${kdfRounds} rounds` : 'no passphrase'}`,
        `  for .ces/allowed_signers: ${line}`,
        ...problems.map((problem) => `  ${cli.out.colors.red('problem')}: ${problem}`),
      ].join('\n'),
  );
  return problems.length === 0 ? 0 : 1;
}
