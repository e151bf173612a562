import { delimiter, dirname } from 'node:path';

/** The environment with this Node's folder first on PATH, so that `#!/usr/bin/env node` programs get the same Node. */
export function withNodeFirst(node, env) {
  const folder = dirname(node);
  const rest = (env.PATH ?? '').split(delimiter).filter((entry) => entry !== folder);
  return { ...env, PATH: [folder, ...rest].join(delimiter) };
}
