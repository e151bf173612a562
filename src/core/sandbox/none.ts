import type { Sandbox } from '../ports.js';

/** No containment: the program runs as it is, and every result says so. */
export const noSandbox: Sandbox = { containment: 'none', wrap: (argv) => argv };
