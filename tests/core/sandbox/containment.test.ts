import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Sandbox } from '../../../src/core/ports.js';
import { runProcess } from '../../../src/core/process/run.js';
import { bubblewrapArgs } from '../../../src/core/sandbox/bubblewrap.js';
import { chooseFrom, chooseSandbox } from '../../../src/core/sandbox/choose.js';
import { findHiddenPaths, showPrograms } from '../../../src/core/sandbox/hidden-paths.js';
import { noSandbox } from '../../../src/core/sandbox/none.js';
import { seatbeltProfile } from '../../../src/core/sandbox/seatbelt.js';
import { createFolders, runCheck } from '../process/check-fixture.js';

const folders = createFolders();
let sandbox: Sandbox = noSandbox;
beforeAll(async () => {
  sandbox = await chooseSandbox(runProcess);
});
afterAll(folders.dispose);

const script = (source: string, dir: string, root: string) =>
  runCheck(sandbox, dir, root, { parser: 'exit-code', argv: ['node', '-e', `const fs = require('fs'); ${source}`] });

describe('a contained check', () => {
  test('can read neither the workspace nor keys nor other temporary folders', async (context) => {
    if (sandbox.containment === 'none') return context.skip('no sandbox on this machine');
    const root = folders.create({ 'secret.txt': 'root', '.ces/state.db': 'state' });
    const other = folders.create({ 'secret.txt': 'other' });
    const paths = [join(root, 'secret.txt'), join(root, '.ces/state.db'), join(other, 'secret.txt')];
    const result = await script(
      `for (const path of ${JSON.stringify(paths)}) { try { fs.readFileSync(path); console.log('READ', path); process.exitCode = 1; } catch {} }`,
      folders.create(),
      root,
    );
    expect(result).toMatchObject({ status: 'pass', outputTail: '' });
  });

  test('can’t read keys, tokens and client settings in the home folder', async (context) => {
    if (sandbox.containment === 'none') return context.skip('no sandbox on this machine');
    const home = createHomeOutsideTemp();
    if (home === null) return context.skip('the checkout is not writable, or lies in a temporary folder');
    const names = [
      '.ssh/id',
      '.gnupg/k',
      '.aws/credentials',
      '.config/ces/key',
      '.claude/x',
      '.claude.json',
      '.codex/auth.json',
      '.netrc',
    ];
    for (const name of [...names, 'ordinary.txt']) {
      mkdirSync(dirname(join(home, name)), { recursive: true });
      writeFileSync(join(home, name), 'planted');
    }
    vi.stubEnv('HOME', home);
    try {
      const result = await script(
        `for (const name of ${JSON.stringify([...names, 'ordinary.txt'])}) { try { if (fs.readFileSync(${JSON.stringify(`${home}/`)} + name, 'utf8')) console.log(name); } catch {} }
         try { fs.writeFileSync(${JSON.stringify(join(home, '.bashrc'))}, 'evil'); } catch {}`,
        folders.create(),
        folders.create(),
      );
      expect(result).toMatchObject({ status: 'pass', outputTail: 'ordinary.txt' });
      expect(existsSync(join(home, '.bashrc'))).toBe(false);
    } finally {
      vi.unstubAllEnvs();
      rmSync(home, { recursive: true });
    }
  });

  test('can write its copy, its home and its temporary folder, and nothing else', async (context) => {
    if (sandbox.containment === 'none') return context.skip('no sandbox on this machine');
    const root = folders.create({ 'a.txt': 'a' });
    const dir = folders.create();
    const planted = join(homedir(), '.ces-test-planted');
    const result = await script(
      `for (const path of ['here', process.env.HOME + '/h', process.env.TMPDIR + '/t']) fs.writeFileSync(path, 'x');
       for (const path of ${JSON.stringify([join(root, 'a.txt'), join(root, 'new'), planted, '/usr/ces-test-planted'])}) { try { fs.writeFileSync(path, 'evil'); } catch {} }`,
      dir,
      root,
    );
    expect(result.status).toBe('pass');
    expect(readdirSync(dir)).toEqual(['here']);
    expect(readdirSync(root)).toEqual(['a.txt']);
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('a');
    expect(readdirSync(homedir())).not.toContain('.ces-test-planted');
    expect(readdirSync('/usr')).not.toContain('ces-test-planted');
  });

  test('reaches no listener of this machine, on loopback or a socket file', async (context) => {
    if (sandbox.containment !== 'bubblewrap') return context.skip('needs bubblewrap');
    const socket = join(folders.create(), 's');
    const tcp = createServer();
    const unix = createServer();
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
    await new Promise<void>((resolve) => unix.listen(socket, resolve));
    let reached = 0;
    for (const server of [tcp, unix]) server.on('connection', () => (reached += 1));
    const address = tcp.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      const result = await script(
        `const net = require('net'); let left = 2;
         for (const where of [{ port: ${port}, host: '127.0.0.1' }, { path: ${JSON.stringify(socket)} }])
           net.connect(where).on('connect', () => process.exit(1)).on('error', () => { left -= 1; if (left === 0) console.log('unreachable'); });`,
        folders.create(),
        folders.create(),
      );
      expect(result).toMatchObject({ status: 'pass', outputTail: 'unreachable' });
      expect(reached).toBe(0);
    } finally {
      tcp.close();
      unix.close();
    }
  });

  test('can still listen and connect inside', async (context) => {
    if (sandbox.containment !== 'bubblewrap') return context.skip('needs bubblewrap');
    const result = await script(
      `const s = require('net').createServer((c) => { c.end(); s.close(); }).listen(0, '127.0.0.1', () => require('net').connect(s.address().port).resume());`,
      folders.create(),
      folders.create(),
    );
    expect(result.status).toBe('pass');
  });

  test('holds no capability and sees no process of this machine', async (context) => {
    if (sandbox.containment !== 'bubblewrap') return context.skip('needs bubblewrap');
    const result = await script(
      `console.log(/CapEff:\\t(\\w+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1], fs.existsSync('/proc/${process.pid}/cwd') && fs.readFileSync('/proc/${process.pid}/cmdline', 'utf8').includes('vitest'))`,
      folders.create(),
      folders.create(),
    );
    expect(result.outputTail).toBe('0000000000000000 false');
  });
});

describe('findHiddenPaths', () => {
  test('lists what exists of keys, client settings, state and sockets, by real path', () => {
    const home = folders.create({
      '.ssh/id': '',
      '.claude/x': '',
      '.claude.json': '',
      '.netrc': '',
      '.cargo/x': '',
      'agent.sock': '',
      'x/ces/k': '',
    });
    const root = folders.create();
    const view = { root, cwd: root, writable: [], readable: [] };
    const env = { SSH_AUTH_SOCK: join(home, 'agent.sock'), XDG_STATE_HOME: join(home, 'x') };
    const found = findHiddenPaths(view, env, home);
    const below = found
      .filter(({ path }) => path.startsWith(`${home}/`))
      .map(({ path, kind }) => `${kind} ${path.slice(home.length + 1)}`);
    expect(below).toEqual([
      'folder .claude',
      'file .claude.json',
      'file .netrc',
      'folder .ssh',
      'file agent.sock',
      'folder x/ces',
    ]);
    expect(found.map(({ path }) => path)).toContain(root);
  });

  test('hides only CES’s state where the workspace itself is worked in', () => {
    const root = folders.create({ '.ces/state.db': '' });
    const found = findHiddenPaths({ root, cwd: root, writable: [root], readable: [] }, {}, '/nonexistent').map(
      ({ path }) => path,
    );
    expect(found).toContain(join(root, '.ces'));
    expect(found).not.toContain(root);
  });
});

test('a check in the working tree sees no .ces and can’t write .git', async (context) => {
  if (sandbox.containment !== 'bubblewrap') return context.skip('needs bubblewrap');
  const root = folders.create({ '.ces/state.db': 's', '.git/config': 'c', 'a.txt': 'a' });
  const result = await script(
    `console.log(fs.readdirSync('.ces').length); try { fs.writeFileSync('.git/config', 'evil'); } catch {} try { fs.writeFileSync('.ces/x', 'evil'); } catch {} fs.writeFileSync('b.txt', '');`,
    root,
    root,
  );
  expect(result).toMatchObject({ status: 'pass', outputTail: '0' });
  expect(readFileSync(join(root, '.git/config'), 'utf8')).toBe('c');
  expect(readdirSync(root)).toEqual(['.ces', '.git', 'a.txt', 'b.txt']);
  expect(readdirSync(join(root, '.ces'))).toEqual(['state.db']);
});

describe('chooseFrom', () => {
  test('takes none where a sandbox does not start, or starts and contains nothing', async () => {
    const broken: Sandbox = { containment: 'bubblewrap', wrap: () => ['/nonexistent/bwrap'] };
    const open: Sandbox = { containment: 'bubblewrap', wrap: (argv) => argv };
    expect(await chooseFrom([null, broken, open], runProcess)).toBe(noSandbox);
  });

  test('takes no sandbox that runs nothing and says that all is well', async () => {
    const idle: Sandbox = { containment: 'seatbelt', wrap: () => ['true'] };
    expect(await chooseFrom([idle], runProcess)).toBe(noSandbox);
  });
});

test('bubblewrap gets hidden paths first, then what is shown, then what may be written', () => {
  const view = { root: '/r', cwd: '/tmp/c', writable: ['/tmp/c'], readable: ['/r/node_modules'] };
  const args = bubblewrapArgs(view, [
    { path: '/r', kind: 'folder' },
    { path: '/k', kind: 'file' },
  ]).join(' ');
  expect(args).toContain(
    '--unshare-all --die-with-parent --cap-drop ALL --ro-bind / / --proc /proc --dev /dev --tmpfs /r --ro-bind /dev/null /k',
  );
  expect(args.indexOf('--ro-bind /r/node_modules')).toBeGreaterThan(args.indexOf('--tmpfs /r'));
  expect(args.endsWith('--bind /tmp/c /tmp/c --chdir /tmp/c')).toBe(true);
});

test('seatbelt’s profile quotes paths and lets the later rule win', () => {
  const profile = seatbeltProfile({ root: '/r', cwd: '/c', writable: ['/c'], readable: ['/r/n'] }, [
    { path: '/r"x', kind: 'folder' },
  ]);
  expect(profile.split('\n')).toEqual([
    '(version 1)',
    '(allow default)',
    '(deny network*)',
    '(deny file-write*)',
    '(allow file-write* (literal "/dev/null") (literal "/dev/zero") (literal "/dev/dtracehelper") (literal "/dev/tty"))',
    '(deny file-read* (subpath "/r\\"x"))',
    '(allow file-read* (subpath "/r/n"))',
    '(allow file-read* file-write* (subpath "/c"))',
  ]);
});

/** All of the system's temporary folders are hidden anyway, so the planted home lies beside this repository's packages. */
function createHomeOutsideTemp(): string | null {
  // A checkout below a temporary folder is hidden itself, and nothing in it can stand for an ordinary file.
  if (['/tmp', '/var/tmp', realpathSync(tmpdir())].some((folder) => realpathSync('.').startsWith(`${folder}/`)))
    return null;
  try {
    return mkdtempSync(
      join(realpathSync(fileURLToPath(new URL('../../../node_modules', import.meta.url))), '.ces-test-home-'),
    );
  } catch {
    return null;
  }
}

test('a folder of PATH that lies in something hidden is shown, and none that holds something hidden', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ces-path-')));
  try {
    for (const name of ['bin', 'home/.ssh']) mkdirSync(join(folder, name), { recursive: true });
    const hidden = [folder, join(folder, 'home/.ssh')].map((path) => ({ path, kind: 'folder' as const }));
    const view = { root: '/r', cwd: '/c', writable: [], readable: ['/r/node_modules'] };
    const path = [
      join(folder, 'bin'),
      join(folder, 'home'),
      join(folder, 'home/.ssh'),
      folder,
      '/usr/bin',
      '/nowhere',
    ].join(':');
    expect(showPrograms({ ...view, path }, hidden).readable).toEqual(['/r/node_modules', join(folder, 'bin')]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
