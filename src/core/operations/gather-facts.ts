import type { Claim } from '../claim/claim.js';
import type { ClaimFacts } from '../claim/facts.js';
import { placeInstalled } from '../claim/rules/installed.js';
import { residueSeverity } from '../delta/residue.js';
import type { Change, ResidueChange, Scan } from '../delta/tree.js';
import { findChangedPrograms, readScripts } from '../integrity/check-programs.js';
import { dependencyChanges } from '../integrity/dependencies.js';
import { findTampering } from '../integrity/find-tampering.js';
import type { ChangedText } from '../integrity/rules.js';
import type { ManifestRow } from '../manifest/manifest.js';
import type { OperationContext } from '../ports.js';
import type { Measurement } from './measure.js';
import { readGaps } from './read-gaps.js';
import { evidenceOf, runsOf } from './read-records.js';

/** Collects what a claim is held against. Texts are read as they are now, and as they were in the base. */
export async function gatherFacts(
  ctx: OperationContext,
  row: ManifestRow,
  measured: Measurement,
  claim: Claim,
): Promise<ClaimFacts> {
  const { manifest } = row;
  const texts = await readTexts(ctx, manifest.base.commit, measured.delta);
  return {
    manifest,
    claim,
    delta: measured.delta,
    work: measured.work,
    residue: measured.residue.map(withSeverity),
    residueBefore: measured.residueBefore.map(withSeverity),
    installed: {
      sinceStart: measured.residue.filter((change) => change.class === 'dependency'),
      sinceAccepted: measured.installedBefore,
      foldersAtStart: foldersOf(measured.starting),
      links: measured.scan.residue
        .filter(({ mode, path }) => mode === '120000' && placeInstalled(path).folder === path)
        .map(({ path }) => path),
    },
    refusals: measured.scan.refusals,
    unattributed: measured.unattributed,
    baseMoved: measured.baseMoved,
    acceptedGone: measured.acceptedGone,
    candidateTree: measured.scan.candidate.digest,
    run: runsOf(ctx.store.read, row.id).findLast((run) => run.where === 'clean' && run.verdict !== 'cancelled') ?? null,
    evidence: evidenceOf(ctx.store.read, row.id),
    integrity: [
      ...findTampering(
        texts,
        measured.base.tree.entries.some((entry) => LOCKFILE.test(entry.path)),
      ),
      ...findChangedPrograms(texts, await readCommands(ctx, row)),
    ],
    dependencies: texts
      .filter(({ path }) => path === 'package.json' || path.endsWith('/package.json'))
      .flatMap(({ path, before, after }) =>
        dependencyChanges(before, after).map((change) => ({ path, package: change.package })),
      ),
    gaps: readGaps(ctx.store.read, manifest.created_at, ctx.clock.now()).filter((gap) => gap.kind !== 'starting'),
  };
}

// Where only the exit code speaks, the program is the check. A runner that counts its tests is judged by what it reports.
async function readCommands(ctx: OperationContext, { manifest }: ManifestRow): Promise<readonly (readonly string[])[]> {
  const checks = manifest.checks.filter((check) => check.parser === 'exit-code');
  const callsScript = checks.some((check) => /^(npm|pnpm|yarn|bun)$/.test(check.argv[0] ?? ''));
  const { commit } = manifest.base;
  const text = callsScript && commit !== null ? await ctx.workspace.readAtCommit(commit, 'package.json') : null;
  return [...checks.map((check) => check.argv), ...readScripts(text?.toString('utf8') ?? null)];
}

const LOCKFILE = /^(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?)$/;
const TEXT_LIMIT = 1024 * 1024;

async function readTexts(
  ctx: OperationContext,
  commit: string | null,
  delta: readonly Change[],
): Promise<ChangedText[]> {
  const texts: ChangedText[] = [];
  for (const { path, before, after } of delta) {
    if ((before?.size ?? 0) > TEXT_LIMIT || (after?.size ?? 0) > TEXT_LIMIT) continue;
    const old = before === null || commit === null ? null : await ctx.workspace.readAtCommit(commit, path);
    const now =
      after === null || after.mode === '120000' || after.mode === '160000' ? null : await ctx.workspace.read(path);
    texts.push({ path, before: old?.toString('utf8') ?? null, after: now?.toString('utf8') ?? null });
  }
  return texts;
}

function withSeverity(change: ResidueChange) {
  return { ...change, severity: residueSeverity(change) };
}

function foldersOf(scan: Scan): string[] {
  const entries = scan.residue.filter((entry) => entry.class === 'dependency');
  return [...new Set(entries.map((entry) => placeInstalled(entry.path).folder))];
}
