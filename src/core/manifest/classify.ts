import type { Risk, Tier } from './manifest.js';
import { RISK_RULES, type RiskRule } from './risk-rules.js';

const RANK: Readonly<Record<Tier, number>> = { A: 3, B: 2, C: 1 };

/**
 * Rates a request by whole words of its text and by the paths it may touch: the highest of every rule that matches, on
 * each axis, with its reason. Nothing known is tier B, class 2, confidence 2: unknown is not harmless.
 */
export function classify(text: string, paths: readonly string[]): Risk {
  const matched = RISK_RULES.filter((rule) => rule.words?.test(text) || paths.some((path) => rule.paths?.test(path)));
  if (matched.length === 0)
    return { tier: 'B', change_class: 2, behavior_confidence: 2, reasons: ['no rule knows this request: rated B'] };
  return {
    tier: matched.reduce<Tier>((tier, rule) => (RANK[rule.tier] > RANK[tier] ? rule.tier : tier), 'C'),
    change_class: Math.max(...matched.map((rule) => rule.changeClass)),
    behavior_confidence: Math.max(...matched.map((rule) => rule.confidence)),
    reasons: matched.map(explain),
  };
}

function explain(rule: RiskRule): string {
  return `${rule.name}: ${rule.why} (tier ${rule.tier})`;
}
