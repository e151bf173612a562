import type { Resource } from '@modelcontextprotocol/sdk/types.js';
import { readPolicy } from '../core/operations/read-policy.js';
import { claimsOf } from '../core/operations/read-records.js';
import { readStatus } from '../core/operations/read-status.js';
import { viewManifest } from '../core/operations/view-manifest.js';
import type { OperationContext } from '../core/ports.js';

const mimeType = 'application/json';

export const RESOURCES: readonly Resource[] = [
  {
    uri: 'ces://manifest',
    name: 'manifest',
    title: 'The manifest',
    description: 'The newest manifest: scope, criteria, checks, state',
    mimeType,
  },
  {
    uri: 'ces://verdict',
    name: 'verdict',
    title: 'The verdict',
    description: 'The newest claim with its verdict and findings',
    mimeType,
  },
  {
    uri: 'ces://delta',
    name: 'delta',
    title: 'The workspace delta',
    description: 'What differs from the base, what changed since the work began, and what is unattributed',
    mimeType,
  },
  {
    uri: 'ces://policy',
    name: 'policy',
    title: 'The policy',
    description: 'What is authorized by policy and what waits for the operator',
    mimeType,
  },
];

/** The present content of a resource as JSON, or null for one that there is not. */
export async function readResource(ctx: OperationContext, uri: string): Promise<object | null> {
  const row = ctx.store.read.manifests()[0] ?? null;
  switch (uri) {
    case 'ces://manifest':
      return row === null ? { manifest: null } : viewManifest(ctx, row);
    case 'ces://verdict': {
      const claim = row === null ? undefined : claimsOf(ctx.store.read, row.id).at(-1);
      return claim === undefined
        ? { claim: null }
        : {
            claim: claim.id,
            accepted: claim.accepted,
            verdict: claim.verdict,
            findings: claim.findings,
            candidate_tree: claim.candidate_tree,
          };
    }
    case 'ces://delta':
      return describeDelta(ctx);
    case 'ces://policy': {
      const { policy, source, digest } = await readPolicy(ctx, (await ctx.workspace.readBase()).commit);
      return { source, digest, ...policy };
    }
    default:
      return null;
  }
}

async function describeDelta(ctx: OperationContext): Promise<object> {
  const { measurement } = await readStatus(ctx);
  if (measurement === null) return { delta: null };
  const paths = (changes: readonly { path: string; kind: string }[]) =>
    changes.map(({ path, kind }) => ({ path, kind }));
  return {
    base_to_candidate: paths(measurement.delta),
    since_start: paths(measurement.work),
    residue: measurement.residue
      .filter((change) => change.class !== 'state')
      .map(({ path, kind, class: group }) => ({ path, kind, class: group })),
    unattributed: measurement.unattributed,
    candidate_tree: measurement.scan.candidate.digest,
  };
}
