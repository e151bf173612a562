import { sql as init } from './001-init.js';

/** In order; the n-th brings `user_version` to n. Listed by hand, never edited after a release. */
export const MIGRATIONS: readonly string[] = [init];
