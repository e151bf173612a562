import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkEnvironment, environmentDigest } from '../../../src/core/process/environment.js';

const folders = { root: '/srv/project', home: '/tmp/h1', tempDir: '/tmp/t1' };
const node = dirname(process.execPath);

describe('checkEnvironment', () => {
  test('lets in the fixed list and what is named, nothing else', () => {
    const source = {
      PATH: '/usr/bin',
      LANG: 'C.UTF-8',
      LC_ALL: 'C',
      DATABASE_URL: 'x',
      SECRET: 'y',
      HOME: '/home/me',
      TERM: 'xterm',
    };
    expect(checkEnvironment(['DATABASE_URL'], folders, source)).toEqual({
      PATH: `/usr/bin:${node}`,
      LANG: 'C.UTF-8',
      LC_ALL: 'C',
      DATABASE_URL: 'x',
      HOME: '/tmp/h1',
      TMPDIR: '/tmp/t1',
      TERM: 'dumb',
      CI: '1',
      NO_COLOR: '1',
    });
  });

  test.each([
    'NODE_OPTIONS',
    'PYTEST_ADDOPTS',
    'PYTHONPATH',
    'LD_PRELOAD',
    'DYLD_INSERT_LIBRARIES',
    'BASH_ENV',
    'npm_config_registry',
    'GIT_DIR',
    'SSH_AUTH_SOCK',
  ])('keeps %s out even when the profile names it', (name) => {
    expect(checkEnvironment([name], folders, { [name]: 'evil' })).not.toHaveProperty(name);
  });

  test('drops PATH entries that are relative or inside the workspace', () => {
    const source = {
      PATH: ['/srv/project/node_modules/.bin', '.', '', 'bin', '/srv/project', '/srv/project-tools', '/usr/bin'].join(
        ':',
      ),
    };
    expect(checkEnvironment([], folders, source)['PATH']).toBe(`/srv/project-tools:/usr/bin:${node}`);
  });
});

describe('environmentDigest', () => {
  test('is the same for two runs, and another when a value differs', () => {
    const digestOf = (home: string, source: Record<string, string>) =>
      environmentDigest(checkEnvironment(['A'], { ...folders, home }, source));
    expect(digestOf('/tmp/a', { A: '1', LANG: 'C' })).toBe(digestOf('/tmp/b', { LANG: 'C', A: '1' }));
    expect(digestOf('/tmp/a', { A: '1' })).not.toBe(digestOf('/tmp/a', { A: '2' }));
    expect(digestOf('/tmp/a', {})).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});
