import { CrashAgent, type CrashPoint } from './crash-agent.js';
import { createCrashRig } from './crash-rig.js';
import { pollUntil } from './deadline.js';

export interface CrashedLoop {
  /** Places that were passed without a point, or the one where the server died; empty when it was never reached. */
  readonly places: readonly string[];
  /** Ids that the client was told, by whichever server. */
  readonly acknowledged: readonly string[];
  /** `ces audit verify --json` right after the crash, and at the end. */
  readonly audits: readonly unknown[];
  readonly accepted: unknown;
  readonly retriesLeft: unknown;
  /** The bytes of every ledger entry at the end, oldest first. */
  readonly ledger: readonly string[];
}

/**
 * Runs the loop with a server that dies at the point, and with another one to the end: manifest, edit, evidence, checks,
 * a claim that is refused, one that is accepted. Throws where it can't be finished, or leaves a folder or process behind.
 */
export async function runCrashedLoop(point: CrashPoint | null): Promise<CrashedLoop> {
  const rig = await createCrashRig(['true']);
  const audits: unknown[] = [];
  const acknowledged: string[] = [];
  const audit = async (): Promise<void> => {
    audits.push(await rig.audit());
  };
  const agent = new CrashAgent(rig, point, audit);
  const acknowledge = (id: unknown): string => {
    acknowledged.push(String(id));
    return String(id);
  };
  try {
    const manifest = await agent.call('ces_manifest', {
      objective: 'Say hello in the greeting',
      scope: ['src/**'],
      acceptance_criteria: ['the greeting says hello'],
    });
    const manifest_id = acknowledge(manifest.manifest_id);
    rig.repo.write('src/greet.js', "export const greet = 'hello';\n");
    const evidence = await agent.call('ces_evidence_submit', {
      manifest_id,
      criteria: ['AC-1'],
      kind: 'file',
      summary: 'It says hello',
      path: 'src/greet.js',
    });
    const run = await agent.call('ces_verify', { manifest_id });
    acknowledge(run.run_id);
    const claim = {
      manifest_id,
      summary: 'It says hello',
      criteria: [{ id: 'AC-1', evidence: [acknowledge(evidence.evidence_id)] }],
    };
    await agent.call('ces_completion_claim', { ...claim, files_changed: ['README.md'] });
    const claimed = await agent.call('ces_completion_claim', { ...claim, files_changed: ['src/greet.js'] });
    await agent.end();
    await audit();
    await pollUntil(() => rig.temporaries().length === 0 && rig.processes().length === 0, {
      message: 'nothing is left behind',
      timeoutMs: 5000,
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${[...rig.temporaries(), ...rig.processes()].join(', ')}`);
    });
    return {
      places: agent.places(),
      acknowledged,
      audits,
      accepted: claimed.accepted,
      retriesLeft: claimed.retries_left,
      ledger: rig.ledger(),
    };
  } finally {
    await agent.close().catch(() => undefined);
    rig.dispose();
  }
}
