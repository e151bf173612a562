import completionClaim from './ces-completion-claim.js';
import evidenceSubmit from './ces-evidence-submit.js';
import manifest from './ces-manifest.js';
import reportBlocked from './ces-report-blocked.js';
import status from './ces-status.js';
import verify from './ces-verify.js';
import type { Tool } from './define-tool.js';

/** Everything an agent can do, in the order of the loop. */
export const TOOLS: readonly Tool[] = [manifest, evidenceSubmit, verify, completionClaim, reportBlocked, status];
