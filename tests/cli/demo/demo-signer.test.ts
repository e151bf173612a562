import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDemoSigner } from '../../../src/cli/demo/demo-signer.js';
import { encodeChangeStatement, encodeOtherStatement } from '../../../src/core/approval/statement.js';
import type { Signer } from '../../../src/core/ports.js';
import { type RunProcess, runProcess } from '../../../src/core/process/run.js';
import { changeDecision, otherDecision } from '../../support/decisions.js';
import { createTestKey, signerLine, verifyBytes } from '../../support/keys.js';

const OWN = 'proj-0123456789abcdef01234567';
const OTHER = 'proj-ffffffffffffffffffffffff';
let dir: string;
let publicKey: string;
let signer: Signer;
let started: number;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ces-demo-signer-'));
  const key = await createTestKey(dir, 'id_demo', '');
  chmodSync(key.path, 0o600);
  publicKey = key.publicKey;
  started = 0;
  const counting: RunProcess = (argv, options) => {
    started += 1;
    return runProcess(argv, options);
  };
  signer = createDemoSigner({ projectId: OWN, keyPath: key.path, runProcess: counting });
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('the demo signer signs a statement of its own project, and says that it is the demo’s', async () => {
  const statement = encodeChangeStatement(changeDecision({ project: OWN }));
  const signature = join(dir, 'statement.sig');
  const allowedSigners = join(dir, 'allowed_signers');
  writeFileSync(signature, await signer.sign(statement));
  writeFileSync(allowedSigners, signerLine('demo', publicKey));
  expect(await verifyBytes({ allowedSigners, signature, principal: 'demo' }, statement)).toBe(true);
  expect(signer.kind).toBe('demo');
});

test.each([
  ['a change of another project', encodeChangeStatement(changeDecision({ project: OTHER }))],
  ['another decision of another project', encodeOtherStatement(otherDecision({ project: OTHER }))],
  ['bytes that are no statement', Buffer.from(`{"predicate":{"project":"${OWN}"}}`)],
])('the demo signer refuses %s before any program is started', async (_what, bytes) => {
  const before = started;
  await expect(signer.sign(bytes)).rejects.toMatchObject({ code: 'forbidden' });
  expect(started).toBe(before);
});
