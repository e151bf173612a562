import { expect, test } from 'vitest';
import { findAgentMarks } from '../../../src/core/signing/agent-marks.js';
import { findPassphraseWeakness } from '../../../src/core/signing/passphrase.js';

const NAMES = ['ada', 'analytical-engine', 'x'];

test.each([
  ['otter granite 71', null],
  ['grüße aus köln 9', null],
  ['x marks the spot', null],
  ['ada likes marble runs', null],
  ['eleven char', 'fewer than 12'],
  ['abababababab', 'different'],
  ['Password 1234', 'commonest'],
  ['correct horse battery staple', 'commonest'],
  ['Analytical-Engine', 'name'],
  ['ada-ada-ada-1234!', 'name'],
  ['analytical-engine2030', 'name'],
  ['with a\nnew line', 'terminal'],
  ['with a \0 in it', 'terminal'],
  ['lone \uD800 surrogate', 'terminal'],
  ['long '.repeat(200), 'longer'],
])('%j: %s', (passphrase, why) => {
  const weakness = findPassphraseWeakness(passphrase, NAMES);
  if (why === null) expect(weakness).toBeNull();
  else expect(weakness).toContain(why);
});

test('marks of agents are found, and what people set to configure them is none', () => {
  const environment = {
    PATH: '/usr/bin',
    CLAUDECODE: '1',
    CLAUDE_CODE_ENTRYPOINT: 'cli',
    CODEX_SANDBOX_NETWORK_DISABLED: '1',
    OPENCODE: '1',
    GEMINI_CLI: '1',
    CURSOR_AGENT: '1',
    AI_AGENT: '',
    CODEX_HOME: '/home/ada/.codex',
    CLAUDE_CODE_USE_BEDROCK: '1',
    CODEX_THREAD_ID: undefined,
  };
  expect(findAgentMarks(environment)).toEqual([
    'CLAUDECODE',
    'CLAUDE_CODE_ENTRYPOINT',
    'CODEX_SANDBOX_NETWORK_DISABLED',
    'CURSOR_AGENT',
    'GEMINI_CLI',
    'OPENCODE',
  ]);
  expect(findAgentMarks({ PATH: '/usr/bin' })).toEqual([]);
});
