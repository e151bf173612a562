import type { Finding } from '../claim/finding.js';
import type { OperationContext } from '../ports.js';
import { forged } from './check-state.js';
import { decisionSchema } from './decision-record.js';

/** Statements lying in `.ces/exports/` that are not, to the byte, ones that this project's operator signed. */
export async function findForgedExports(ctx: OperationContext): Promise<Finding[]> {
  // Before the decisions: another process may decide, and then write its files, while this one looks.
  const exported = await ctx.exports.list();
  const signed = new Map<string, string>();
  for (const record of ctx.store.read.records('decision')) {
    const decision = decisionSchema.safeParse(record.body);
    if (decision.success) signed.set(decision.data.statement, decision.data.signature);
  }
  const findings: Finding[] = [];
  for (const { name, statement, signature } of exported) {
    if (signed.get(statement) === signature && signature !== null) continue;
    const why = signature === null ? 'it has no signature' : await explain(ctx, statement, signature);
    findings.push(forged(name, `.ces/exports/${name} is not a decision of this project: ${why}.`));
  }
  return findings;
}

async function explain(ctx: OperationContext, statement: string, signature: string): Promise<string> {
  const verdict = await ctx.signatures.check(Buffer.from(statement, 'utf8'), signature);
  return verdict.valid ? 'it is signed, but was not decided here' : verdict.reason;
}
