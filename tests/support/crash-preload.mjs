// Given to Node with --import in front of `dist/ces.js`: counts the places where that process changes something that
// outlives it or starts another, and kills it at one of them. CRASH_AT=n is the place, CRASH_WHEN before, after or torn (half of the bytes
// of a write); CRASH_LOG takes the place's name, or without CRASH_AT the names of all, one a line.
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import Database from 'better-sqlite3';

const { CRASH_AT, CRASH_WHEN = 'before', CRASH_LOG = '', CRASH_ROOTS = '' } = process.env;
const at = Number(CRASH_AT ?? 0);
const roots = CRASH_ROOTS.split(':').filter((root) => root !== '');
const { appendFileSync } = fs;
const names = new Map();
// A folder for temporary files counts when it is made and removed, not what is written into it.
const INSIDE_TEMPORARY = /\/ces-[a-z]+-[^/]*-\w{6}\//;
let count = 0;

/** Runs the work of one place; `torn` does half of it. */
function pass(name, work, torn) {
  if (!enter(name, torn)) return work();
  if (CRASH_WHEN === 'before') die();
  if (CRASH_WHEN === 'torn') torn();
  const result = work();
  if (typeof result?.then === 'function') return result.then(die);
  return die();
}

function enter(name, torn) {
  count += 1;
  if (CRASH_WHEN === 'torn' && torn === undefined) return false;
  const here = count === at;
  if (here || at === 0) appendFileSync(CRASH_LOG, `${name}\n`);
  return here;
}

function die() {
  process.kill(process.pid, 'SIGKILL');
}

function placeOf(path) {
  const text = String(path);
  const root = roots.find((folder) => text === folder || text.startsWith(`${folder}/`));
  if (root === undefined || INSIDE_TEMPORARY.test(text)) return null;
  return text.slice(root.length + 1).replace(/[0-9a-f-]{8,}/g, '…');
}

function isCreating(flags) {
  return typeof flags === 'number' ? (flags & fs.constants.O_CREAT) !== 0 : /[wa]/.test(String(flags ?? 'r'));
}

function patchStatements() {
  const statements = Object.getPrototypeOf(new Database(':memory:').prepare('SELECT 1'));
  const { run } = statements;
  statements.run = function (...args) {
    const isWrite =
      this.source === 'COMMIT' || (!this.readonly && !this.database.inTransaction && !this.source.startsWith('BEGIN'));
    if (!isWrite) return run.apply(this, args);
    return pass(`sqlite ${this.source.slice(0, 40)}`, () => run.apply(this, args));
  };
  const { exec, pragma } = Database.prototype;
  Database.prototype.exec = function (sql) {
    return this.inTransaction ? exec.call(this, sql) : pass('sqlite exec', () => exec.call(this, sql));
  };
  Database.prototype.pragma = function (sql, options) {
    const work = () => pragma.call(this, sql, options);
    return /^journal_mode/.test(sql) ? pass(`sqlite ${sql}`, work) : work();
  };
}

/** Functions whose first argument is the path that they change. */
function patchByPath(target, method, suffix = '') {
  const original = target[method];
  target[method] = (path, ...args) => {
    const place = placeOf(path);
    const work = () => original.call(target, path, ...args);
    return place === null ? work() : pass(`${method}${suffix} ${place}`, work);
  };
}

function patchSync() {
  const { openSync, writeSync, fsyncSync } = fs;
  fs.openSync = (path, flags, mode) => {
    const place = placeOf(path);
    const creates = isCreating(flags);
    const work = () => openSync(path, flags, mode);
    const fd = place !== null && creates ? pass(`open ${place}`, work) : work();
    names.set(fd, place);
    return fd;
  };
  fs.writeSync = (fd, bytes, ...args) => {
    const work = () => writeSync(fd, bytes, ...args);
    if ((names.get(fd) ?? null) === null) return work();
    return pass(`write ${names.get(fd)}`, work, () => {
      writeSync(fd, bytes, 0, bytes.length >> 1);
      die();
    });
  };
  fs.fsyncSync = (fd) => {
    const work = () => fsyncSync(fd);
    return (names.get(fd) ?? null) === null ? work() : pass(`fsync ${names.get(fd)}`, work);
  };
}

function patchSpawn() {
  const { spawn } = childProcess;
  childProcess.spawn = (file, ...args) => pass(`spawn ${basename(String(file))}`, () => spawn(file, ...args));
}

// write-file-atomic's way: callbacks.
function patchCallbacks() {
  for (const method of ['open', 'write', 'fsync', 'rename', 'unlink', 'mkdir']) {
    const original = fs[method];
    fs[method] = (target, ...args) => {
      const done = args.pop();
      const place = typeof target === 'number' ? (names.get(target) ?? null) : placeOf(target);
      const counts = place !== null && (method !== 'open' || isCreating(args[0]));
      const here = counts && enter(`${method} ${place}`, undefined);
      if (here && CRASH_WHEN === 'before') die();
      original.call(fs, target, ...args, (error, value, ...rest) => {
        if (here) die();
        if (method === 'open' && error === null) names.set(value, place);
        done(error, value, ...rest);
      });
    };
  }
}

async function patchHandles() {
  const { promises } = fs;
  const probe = await promises.open(process.execPath, 'r');
  const handles = Object.getPrototypeOf(probe);
  await probe.close();
  const places = new WeakMap();
  const { open } = promises;
  promises.open = async (path, flags, mode) => {
    const place = placeOf(path);
    const exists = place !== null && fs.existsSync(path);
    const work = () => open.call(promises, path, flags, mode);
    const handle = await (place !== null && !exists && isCreating(flags) ? pass(`open ${place}`, work) : work());
    if (place !== null) places.set(handle, place);
    return handle;
  };
  for (const method of ['write', 'writeFile', 'sync']) {
    const original = handles[method];
    handles[method] = function (...args) {
      const work = () => original.apply(this, args);
      if (!places.has(this)) return work();
      const bytes = Buffer.from(args[0] ?? '');
      const tear = () => {
        fs.writeSync(this.fd, bytes, 0, bytes.length >> 1);
        die();
      };
      return pass(`${method} ${places.get(this)}`, work, method === 'sync' ? undefined : tear);
    };
  }
  for (const method of ['mkdir', 'rename', 'rm', 'unlink', 'mkdtemp', 'writeFile', 'symlink', 'link', 'chmod'])
    patchByPath(promises, method);
}

// Only the program itself: what it starts inherits no --import, but a Node flag may come by another way.
if (process.argv[1]?.endsWith('ces.js')) {
  for (const name of ['CRASH_AT', 'CRASH_WHEN', 'CRASH_LOG', 'CRASH_ROOTS']) delete process.env[name];
  patchStatements();
  await patchHandles();
  for (const method of ['mkdirSync', 'renameSync', 'rmSync', 'unlinkSync', 'mkdtempSync']) patchByPath(fs, method);
  patchSync();
  patchCallbacks();
  patchSpawn();
  syncBuiltinESMExports();
}
