import { files } from './files.js';
import { gitWork } from './git-work.js';
import type { Mutation } from './mutation.js';
import { names } from './names.js';
import { places } from './places.js';
import { specialFiles } from './special-files.js';
import { tricks } from './tricks.js';

/** The list is the contract: each of these shows where the table says, and is told as the table says. */
export const mutations: readonly { readonly title: string; readonly items: readonly Mutation[] }[] = [
  { title: 'Files and links', items: [...files, ...specialFiles] },
  { title: 'Names and sizes', items: names },
  { title: 'What hides from git', items: tricks },
  { title: "git's own commands and settings", items: gitWork },
  { title: 'Places that git does not look at', items: places },
];
