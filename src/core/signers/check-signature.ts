import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AllowedSigner, parseAllowedSigners } from '../approval/allowed-signers.js';
import { parseRevokedKeys } from '../approval/revoked-keys.js';
import { parseSshSignature, type SshSignature } from '../approval/sshsig.js';
import { SIGNATURE_NAMESPACE } from '../approval/statement-schema.js';
import { formatVerifyTime } from '../approval/timestamp.js';
import { CesError } from '../errors.js';
import type { Clock, SignatureChecker, SignatureVerdict } from '../ports.js';
import type { RunProcess } from '../process/run.js';
import { findSshKeygen } from '../ssh-keygen.js';
import { makeTempFolder } from '../temp-folders.js';

const TIMEOUT_MS = 20_000;

/** Text of an `allowed_signers` file and where it came from (a path, or `commit:path`). */
export interface SignersFile {
  readonly text: string;
  readonly source: string;
}

export interface CheckerOptions {
  readonly allowedSigners: readonly SignersFile[];
  /** Public keys that no longer count, one a line as in `.pub` files. */
  readonly revoked?: SignersFile;
  readonly runProcess: RunProcess;
  /** The verifier's own: a signature says nothing about when it was made. */
  readonly clock: Clock;
}

/**
 * Checks signatures against these signers alone. Our own reading (namespace, key, touch, limits, revocation) and
 * ssh-keygen's must agree; a broken signers file makes every answer a "no". Throws `tool_missing` without ssh-keygen.
 */
export function createSignatureChecker(options: CheckerOptions): SignatureChecker {
  return {
    check: async (statement, signature) => {
      const parsed = parseSshSignature(signature);
      if (!parsed.ok) return refuse(`the signature can't be used: ${parsed.reason}`);
      const now = options.clock.now();
      const found = findSigner(options, parsed.signature, now);
      if (typeof found === 'string') return refuse(found);
      const agreed = await askSshKeygen(options, { statement, signature, now, ...found });
      if (agreed !== null) return refuse(agreed);
      const { keyType, fingerprint, sk } = parsed.signature;
      return {
        valid: true,
        signer: found.signer.principal,
        keyType,
        fingerprint,
        userVerified: sk?.userVerified ?? false,
      };
    },
  };
}

interface Found {
  readonly signer: AllowedSigner;
  readonly file: SignersFile;
}

function findSigner(options: CheckerOptions, signature: SshSignature, now: string): Found | string {
  if (signature.namespace !== SIGNATURE_NAMESPACE) return 'the signature was made for another purpose';
  const revoked = parseRevokedKeys(options.revoked?.text ?? '');
  if (!revoked.ok) return `line ${revoked.line} of ${options.revoked?.source} is not a public key`;
  if (revoked.fingerprints.has(signature.fingerprint)) return `the key ${signature.fingerprint} is revoked`;
  let found: Found | null = null;
  for (const file of options.allowedSigners) {
    const parsed = parseAllowedSigners(file.text);
    if (!parsed.ok) return `${file.source} can't be used: in line ${parsed.line}, ${parsed.reason}`;
    const signer = parsed.signers.find((candidate) => candidate.fingerprint === signature.fingerprint);
    if (signer !== undefined && found === null) found = { signer, file };
  }
  if (found === null) return `the key ${signature.fingerprint} is not one of the allowed signers`;
  return findLimitProblem(found.signer, now) ?? found;
}

function findLimitProblem(signer: AllowedSigner, now: string): string | null {
  const at = Math.floor(Date.parse(now) / 1000) * 1000;
  if (Number.isNaN(at)) return 'the time is not known';
  const { validAfter, validBefore, principal } = signer;
  if (validAfter !== null && at < Date.parse(validAfter)) return `${principal} may not sign before ${validAfter}`;
  if (validBefore !== null && at > Date.parse(validBefore)) return `${principal} may not sign after ${validBefore}`;
  return null;
}

interface Question extends Found {
  readonly statement: Uint8Array;
  readonly signature: string;
  readonly now: string;
}

/** null when ssh-keygen says that this principal's key, by the same fingerprint, signed these bytes; else why not. */
async function askSshKeygen(options: CheckerOptions, question: Question): Promise<string | null> {
  const program = await findSshKeygen();
  const folder = makeTempFolder('verify');
  try {
    const place = async (name: string, text: string): Promise<string> => {
      const path = join(folder, name);
      await writeFile(path, text, { mode: 0o600, flag: 'wx' });
      return path;
    };
    const { signer } = question;
    const argv = [program, '-Y', 'verify', '-n', SIGNATURE_NAMESPACE, '-I', signer.principal];
    argv.push('-f', await place('allowed_signers', question.file.text));
    argv.push('-s', await place('statement.sig', question.signature));
    if (options.revoked !== undefined) argv.push('-r', await place('revoked', options.revoked.text));
    argv.push(`-Overify-time=${formatVerifyTime(question.now)}`);
    const result = await options.runProcess(argv, {
      cwd: folder,
      env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' },
      input: Buffer.from(question.statement),
      timeoutMs: TIMEOUT_MS,
      maxBytes: 64 * 1024,
    });
    if (result.timedOut)
      throw new CesError('process_failed', `ssh-keygen did not answer within ${TIMEOUT_MS} ms.`, 'Try again.');
    if (result.exitCode !== 0) return 'the signature is not good for these bytes';
    const said = result.stdout.toString('utf8').trimEnd();
    const start = `Good "${SIGNATURE_NAMESPACE}" signature for ${signer.principal} with `;
    const agrees = said.startsWith(start) && said.endsWith(` key ${signer.fingerprint}`);
    return agrees ? null : 'ssh-keygen names another signer than the signature does';
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function refuse(reason: string): SignatureVerdict {
  return { valid: false, reason };
}
