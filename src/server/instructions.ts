/** Shown to the model by clients, some of which cut it: the sentence that matters comes first, within 250 characters. */
export const INSTRUCTIONS =
  'This repository is governed. Before writing anything, call ces_manifest with objective, scope and acceptance_criteria; stay inside its scope; finish with ces_evidence_submit, ces_verify and ces_completion_claim. ' +
  'Only checks that CES runs count. If you can not finish honestly, call ces_report_blocked: that is a good end. ' +
  "Approval is the operator's alone: never run ces approve yourself.";
