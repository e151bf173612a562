import { decidePath } from '../../manifest/scope.js';
import type { ClaimRule } from '../facts.js';
import type { FindingInput } from '../finding.js';

const GOVERNANCE = /^(\.ces\/|\.claude\/|\.codex\/|\.mcp\.json$)/i;

/** Everything that changed during the work lies inside the scope. */
export const scopeRule: ClaimRule = ({ manifest, work }) =>
  work.flatMap(({ path, kind }): FindingInput[] => {
    const decided = decidePath(manifest.scope, path);
    if (decided.decision === 'allow') return [];
    const undo = kind === 'created' ? `Remove ${path}` : `Put ${path} back as it was`;
    if (decided.why === 'protected')
      return [
        {
          kind: GOVERNANCE.test(path) ? 'governance_tamper' : 'protected_path',
          severity: 'critical',
          message: `${path} was ${kind}; it is protected (${decided.rule}).`,
          fix: `${undo}. Only the operator changes it.`,
          path,
        },
      ];
    const why = decided.why === 'denied' ? `denied by ${decided.rule}` : `outside the scope (${decided.rule})`;
    return [
      {
        kind: 'scope_violation',
        severity: 'high',
        message: `${path} was ${kind}; it is ${why}.`,
        fix: `${undo}, or ask for it: ces_manifest with amend.scope and a reason.`,
        path,
      },
    ];
  });
