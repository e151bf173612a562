import { parseStatement } from '../../core/approval/statement.js';
import { SIGNATURE_NAMESPACE } from '../../core/approval/statement-schema.js';
import { CesError } from '../../core/errors.js';
import type { Signer } from '../../core/ports.js';
import type { RunProcess } from '../../core/process/run.js';
import { findSshKeygen } from '../../core/ssh-keygen.js';

const TIMEOUT_MS = 20_000;

/**
 * Signs for one demo project with its throwaway key, which has no passphrase. Refuses (`forbidden`) the statement of every
 * other project, and bytes that are no statement.
 */
export function createDemoSigner(options: {
  readonly projectId: string;
  readonly keyPath: string;
  readonly runProcess: RunProcess;
}): Signer {
  return {
    kind: 'demo',
    sign: async (bytes) => {
      // The very bytes that are read here are signed: nobody can change them in between.
      const statement = Buffer.from(bytes);
      const parsed = parseStatement(statement);
      if (!parsed.ok) throw refuse(`this is no statement: ${parsed.reason}`);
      const { project } = parsed.statement.predicate;
      if (project !== options.projectId) throw refuse(`this is a statement of ${project}`);
      const argv = [await findSshKeygen(), '-Y', 'sign', '-n', SIGNATURE_NAMESPACE, '-f', options.keyPath];
      const result = await options.runProcess(argv, {
        cwd: '/',
        env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', SSH_ASKPASS_REQUIRE: 'never' },
        input: statement,
        timeoutMs: TIMEOUT_MS,
        maxBytes: 64 * 1024,
      });
      if (result.exitCode === 0) return result.stdout.toString('latin1');
      throw new CesError('signing_failed', 'Nothing was signed: ssh-keygen made no signature.', 'Run the demo again.');
    },
  };
}

function refuse(why: string): CesError {
  return new CesError('forbidden', `The demo's key signs for the demo's project alone; ${why}.`, 'Run: ces approve');
}
