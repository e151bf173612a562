import { z } from 'zod';

const entryShape = {
  path: z.string(),
  mode: z.enum(['100644', '100755', '120000', '160000', 'special', 'unreadable']),
  sha256: z.string(),
  size: z.number(),
};

/** A scan as it was written; its bytes were checked against their digest before they came here. */
export const scanSchema = z.object({
  at: z.string(),
  mode: z.enum(['full', 'stat']),
  candidate: z.object({ digest: z.string(), entries: z.array(z.object(entryShape)), gitTree: z.string() }),
  residue: z.array(
    z.object({ ...entryShape, class: z.enum(['dependency', 'executable', 'git', 'state', 'special', 'other']) }),
  ),
  refusals: z.array(
    z.object({
      path: z.string(),
      reason: z.enum(['filter', 'eol', 'encoding', 'unreadable', 'special']),
      detail: z.string(),
    }),
  ),
});
