import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHome, type Home } from '../../tests/support/built.js';
import { createTestKey, PASSPHRASE, signerLine } from '../../tests/support/keys.js';
import { createTempRepo, type TempRepo } from '../../tests/support/temp-repo.js';

export const SIGNER = 'ada';

const FILES = {
  'package.json': `${JSON.stringify({ name: 'greeter', version: '1.0.0', type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`,
  'src/greet.js': "export function greet(name) {\n  return 'Hello, ' + name + '!';\n}\n",
  'test/greet.test.js': [
    "import assert from 'node:assert/strict';",
    "import test from 'node:test';",
    "import { greet } from '../src/greet.js';",
    '',
    "test('greets by name', () => assert.equal(greet('Ada'), 'Hello, Ada!'));",
    '',
  ].join('\n'),
};

export interface ExampleProject {
  readonly repo: TempRepo;
  readonly home: Home;
  dispose(): void;
}

/** A small project with real tests, and a home with a key of `ada` that was made with few rounds. */
export async function createExampleProject(): Promise<ExampleProject> {
  const repo = createTempRepo(FILES);
  const home = createHome();
  const folder = join(home.env.XDG_CONFIG_HOME ?? home.folder, 'ces');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const key = await createTestKey(folder, 'id_ces', PASSPHRASE);
  writeFileSync(join(folder, 'allowed_signers'), signerLine(SIGNER, key.publicKey), { mode: 0o600 });
  return {
    repo,
    home,
    dispose() {
      repo.dispose();
      home.dispose();
    },
  };
}

/** The change that the agent makes in the example. */
export function editExample(repo: TempRepo): void {
  repo.write('src/greet.js', "export function greet(name) {\n  return 'Hello, ' + (name || 'stranger') + '!';\n}\n");
  repo.write(
    'test/greet.test.js',
    `${FILES['test/greet.test.js']}test('greets a stranger', () => assert.equal(greet(''), 'Hello, stranger!'));\n`,
  );
}
