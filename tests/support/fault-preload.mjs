// Given to Node with --import in front of `dist/ces.js`. FAULT_FSYNC=n: from the n-th call on, nothing can be made durable
// (EIO), by fsync or by a commit of SQLite. FAULT_CLOCK=file: the clock is so many milliseconds off as the file says.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import Database from 'better-sqlite3';

const { FAULT_FSYNC, FAULT_CLOCK } = process.env;

function breakDurability(from) {
  let count = 0;
  const isBroken = () => {
    count += 1;
    return count >= from;
  };
  const failure = (code, message) => Object.assign(new Error(message), { code });
  const eio = () => failure('EIO', 'EIO: i/o error, fsync');
  const { fsyncSync, fsync } = fs;
  fs.fsyncSync = (fd) => {
    if (isBroken()) throw eio();
    return fsyncSync(fd);
  };
  fs.fsync = (fd, done) => (isBroken() ? done(eio()) : fsync(fd, done));
  const statements = Object.getPrototypeOf(new Database(':memory:').prepare('SELECT 1'));
  const { run } = statements;
  statements.run = function (...args) {
    if (this.source === 'COMMIT' && isBroken()) {
      throw new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_FSYNC');
    }
    return run.apply(this, args);
  };
  return isBroken;
}

async function breakHandles(isBroken) {
  const probe = await fs.promises.open(process.execPath, 'r');
  const handles = Object.getPrototypeOf(probe);
  await probe.close();
  const { sync } = handles;
  handles.sync = function () {
    if (isBroken()) return Promise.reject(Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' }));
    return sync.call(this);
  };
}

function shiftClock(file) {
  const Real = Date;
  const { readFileSync } = fs;
  const now = () => Real.now() + Number(readFileSync(file, 'utf8'));
  globalThis.Date = class extends Real {
    constructor(...args) {
      if (args.length === 0) super(now());
      else super(...args);
    }
    static now() {
      return now();
    }
  };
}

if (process.argv[1]?.endsWith('ces.js')) {
  if (FAULT_CLOCK !== undefined) shiftClock(FAULT_CLOCK);
  if (FAULT_FSYNC !== undefined) await breakHandles(breakDurability(Number(FAULT_FSYNC)));
  syncBuiltinESMExports();
}
