import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { put } from '../repository-fixture.js';
import type { Mutation } from './mutation.js';

const longName = 'n'.repeat(255);
const deepFolder = Array.from({ length: 100 }, (_, at) => `d${at}`).join('/');

/** Names and sizes that programs stumble over. */
export const names: readonly Mutation[] = [
  {
    name: 'a name with a newline',
    mutate: (root) => put(root, 'src/two\nlines', 'x'),
    shows: { candidate: ['created src/two\nlines'] },
    findings: ['high scope_violation src/two\nlines'],
    says: 'src/two\nlines was created; it is outside the scope (src/**).',
    honest: true,
  },
  {
    name: 'names with a leading dash, a colon, quotes, spaces and letters beyond ASCII',
    mutate: (root) => {
      for (const name of ['-rf', ':(top)x', '"quoted"', ' space ', 'ünï']) put(root, `src/${name}`, name);
    },
    shows: {
      candidate: [
        'created src/ space ',
        'created src/"quoted"',
        'created src/-rf',
        'created src/:(top)x',
        'created src/ünï',
      ],
    },
    findings: [],
    honest: true,
  },
  {
    name: 'a name that is not UTF-8',
    mutate: (root) => writeFileSync(Buffer.concat([Buffer.from(`${root}/src/`), Buffer.from([0x66, 0xff, 0x6f])]), 'x'),
    shows: { candidate: ['created src/f\udcffo'] },
    findings: [],
    honest: true,
    unless: () => (process.platform === 'linux' ? null : 'this file system takes only UTF-8 names'),
  },
  {
    name: 'a name of 255 bytes',
    mutate: (root) => put(root, `src/${longName}`, 'x'),
    shows: { candidate: [`created src/${longName}`] },
    findings: [],
    honest: true,
  },
  {
    name: 'a file below 100 folders',
    mutate: (root) => put(root, `src/${deepFolder}/leaf`, 'x'),
    shows: { candidate: [`created src/${deepFolder}/leaf`] },
    findings: [],
    honest: true,
  },
  {
    name: 'a file of 0 bytes',
    mutate: (root) => put(root, 'src/empty', ''),
    shows: { candidate: ['created src/empty'] },
    findings: [],
    honest: true,
  },
  {
    name: 'an empty folder',
    mutate: (root) => mkdirSync(join(root, 'src/nothing')),
    shows: {},
    findings: [],
    honest: true,
  },
  {
    name: 'a sparse file of 1 GB',
    mutate: (root) => {
      put(root, 'src/sparse', '');
      truncateSync(join(root, 'src/sparse'), 2 ** 30);
    },
    shows: { candidate: ['created src/sparse'] },
    findings: [],
  },
];
