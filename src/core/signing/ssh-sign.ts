import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { parseSshSignature } from '../approval/sshsig.js';
import { SIGNATURE_NAMESPACE } from '../approval/statement-schema.js';
import { CesError } from '../errors.js';
import type { SignatureChecker, Signer } from '../ports.js';
import { findSshKeygen } from '../ssh-keygen.js';
import { describeKey } from './private-key.js';
import { openTerminal } from './terminal.js';

const OUTPUT_LIMIT = 64 * 1024;
const KILL_AFTER_MS = 2000;

export interface SshSignerOptions {
  /** The private key, outside every workspace. */
  readonly keyPath: string;
  /** Has the last word on what ssh-keygen returned. */
  readonly checker: SignatureChecker;
  /** How long the passphrase may take, in milliseconds; ten minutes unless told. */
  readonly timeoutMs?: number;
}

/**
 * Signs with an OpenSSH key; ssh-keygen itself asks for the passphrase on the terminal. The statement goes in as bytes and
 * no agent or askpass is asked. Throws `no_terminal`, `no_key`, `unsafe_state`, `signing_failed`, `tool_missing`.
 */
export function createSshSigner(options: SshSignerOptions): Signer {
  return {
    kind: 'key',
    sign: async (statement) => {
      const bytes = Buffer.from(statement);
      // First of all: without a terminal ssh-keygen would take the passphrase from its stdin.
      const terminal = openTerminal();
      try {
        const key = await describeKey(options.keyPath);
        const signature = await askSshKeygen(await findSshKeygen(), bytes, options);
        const parsed = parseSshSignature(signature);
        if (!parsed.ok) throw failed(`ssh-keygen's answer can't be used: ${parsed.reason}`);
        if (parsed.signature.fingerprint !== key.fingerprint) throw failed('another key signed');
        const verdict = await options.checker.check(bytes, signature);
        if (!verdict.valid) throw failed(verdict.reason);
        return signature;
      } finally {
        closeSync(terminal);
      }
    },
  };
}

// Not detached: it must keep our terminal. Data on stdin, never a file argument: ssh-keygen reads a file only after it has
// the passphrase, and the file could be another by then.
function askSshKeygen(program: string, bytes: Buffer, options: SshSignerOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['-Y', 'sign', '-n', SIGNATURE_NAMESPACE, '-f', options.keyPath], {
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', SSH_ASKPASS_REQUIRE: 'never' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGTERM'); // lets it give the terminal its echo back
      setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref();
    }, options.timeoutMs ?? 600_000);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout = (stdout + chunk.toString('latin1')).slice(0, OUTPUT_LIMIT);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(0, OUTPUT_LIMIT);
    });
    child.stdin.on('error', () => {}); // it ended without reading: its exit code says so
    child.stdin.end(bytes);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(failed('ssh-keygen could not be started', error));
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (timedOut) reject(failed('the passphrase was not given in time', new Error(stderr)));
      else if (code !== 0) reject(failed('ssh-keygen made no signature', new Error(stderr)));
      else resolve(stdout);
    });
  });
}

function failed(why: string, cause?: unknown): CesError {
  const hint = 'Try again, with the passphrase of this key; `ces key show` says which key it is.';
  return new CesError('signing_failed', `Nothing was signed: ${why}.`, hint, cause);
}
