/**
 * A program that tests start on a terminal of its own: it does one thing with the real adapters and writes what came of it,
 * as JSON, into the file named last.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { CesError } from '../../../src/core/errors.js';
import { runProcess } from '../../../src/core/process/run.js';
import { createSignatureChecker } from '../../../src/core/signers/check-signature.js';
import { findPassphraseWeakness } from '../../../src/core/signing/passphrase.js';
import { readNewPassphrase, readPassphrase } from '../../../src/core/signing/read-passphrase.js';
import { createSshSigner } from '../../../src/core/signing/ssh-sign.js';

async function act(args: readonly string[]): Promise<unknown> {
  const [action = '', first = '', second = '', third = ''] = args;
  switch (action) {
    case 'sign': {
      const statement = readFileSync(second);
      const checker = createSignatureChecker({
        allowedSigners: [{ text: readFileSync(third, 'utf8'), source: third }],
        runProcess,
        clock: { now: () => new Date().toISOString() },
      });
      const timeoutMs = Number(process.env.TEST_TIMEOUT_MS ?? 60_000);
      return createSshSigner({ keyPath: first, checker, timeoutMs }).sign(statement);
    }
    case 'read':
      return readPassphrase('Passphrase: ', { timeoutMs: Number(first) });
    case 'new':
      return readNewPassphrase({ findWeakness: (text) => findPassphraseWeakness(text, ['ada']) });
    default:
      throw new Error(`unknown action ${action}`);
  }
}

const args = process.argv.slice(2);
const resultPath = args.at(-1) ?? '';
const answer = await act(args.slice(0, -1)).then(
  (value) => ({ value }),
  (error: unknown) =>
    error instanceof CesError
      ? { code: error.code, message: error.message, cause: error.cause instanceof Error ? error.cause.message : '' }
      : { code: 'bug', message: String(error), cause: '' },
);
writeFileSync(resultPath, JSON.stringify(answer));
