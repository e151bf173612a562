import type { OperationContext } from '../ports.js';
import { decisionSchema } from './decision-record.js';

/** Writes the files of decisions whose signature holds again, where a crash or a full disk kept them from `.ces/exports/`; those that are there stay. */
export async function restoreExports(ctx: OperationContext): Promise<void> {
  const present = new Set(
    (await ctx.exports.list()).filter(({ signature }) => signature !== null).map(({ name }) => name.split('.')[0]),
  );
  for (const record of ctx.store.read.records('decision')) {
    const decision = decisionSchema.safeParse(record.body);
    if (!decision.success || present.has(record.id)) continue;
    const { statement, signature } = decision.data;
    if (!(await ctx.signatures.check(Buffer.from(statement, 'utf8'), signature)).valid) continue;
    await ctx.exports.write(record.id, statement, signature);
  }
}
