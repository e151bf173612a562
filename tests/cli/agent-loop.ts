import type { GovernedProject } from '../support/governed-project.js';
import { textOf } from '../support/governed-project.js';
import type { McpSession } from '../support/mcp-client.js';

/** What an honest agent does in one go: takes up the work, writes, hands in evidence, verifies, claims. */
export async function finishWork(
  project: GovernedProject,
  session: McpSession,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<string> {
  const manifest = await session.call('ces_manifest', {
    objective: 'Raise the constant',
    scope: ['src/**'],
    acceptance_criteria: ['It is 2'],
  });
  const manifest_id = textOf(manifest.structured, 'manifest_id');
  for (const [path, text] of Object.entries(files)) project.repo.write(path, text);
  const evidence = await session.call('ces_evidence_submit', {
    manifest_id,
    criteria: ['AC-1'],
    kind: 'observation',
    summary: 'read it',
  });
  const run = await session.call('ces_verify', { manifest_id });
  if (run.structured.verdict !== 'pass') throw new Error(`the run did not pass: ${run.text}`);
  const claim = await session.call('ces_completion_claim', {
    manifest_id,
    summary: 'Raised it',
    files_changed: Object.keys(files),
    criteria: [{ id: 'AC-1', evidence: [textOf(evidence.structured, 'evidence_id')] }],
  });
  if (claim.structured.accepted !== true) throw new Error(`the claim was refused: ${JSON.stringify(claim.structured)}`);
  return manifest_id;
}
