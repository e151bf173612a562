import { showLine, showText } from '../../core/approval/display.js';
import type { Manifest } from '../../core/manifest/manifest.js';
import type { Colors } from '../output.js';

/** A manifest as the operator is to read it before it is authorized or signed. */
export function renderManifest(colors: Colors, manifest: Manifest): string[] {
  const { scope, risk } = manifest;
  return [
    `${colors.bold(manifest.id)} version ${manifest.version}, asked for by the ${manifest.requested_by}, until ${manifest.expires_at}`,
    ...indent(showText(manifest.objective).text),
    `Scope: ${join(scope.allow)}${scope.deny.length === 0 ? '' : `; not ${join(scope.deny)}`}`,
    `Risk: tier ${risk.tier}, change class ${risk.change_class}, confidence ${risk.behavior_confidence}`,
    ...risk.reasons.map((reason) => `  ${showLine(reason)}`),
    'Done when:',
    ...manifest.acceptance_criteria.map(({ id, text }) => `  ${showLine(id)}: ${showLine(text)}`),
    ...section('Must not break:', manifest.must_not_break),
    ...section('Not part of it:', manifest.non_goals),
    'Checks:',
    ...manifest.checks.map(
      (check) => `  ${showLine(check.id)} (${check.status}): ${showLine(check.argv.join(' '), 200)}`,
    ),
    ...(manifest.checks.length === 0 ? [`  ${colors.yellow('none: nothing will be proven')}`] : []),
    `Base: ${manifest.base.commit ?? 'no commit'}; policy: ${manifest.policy.source}, ${showLine(manifest.policy.rule)}; checks from: ${manifest.profile.source}`,
  ];
}

function section(title: string, texts: readonly string[]): string[] {
  return texts.length === 0 ? [] : [title, ...texts.map((text) => `  ${showLine(text)}`)];
}

function join(globs: readonly string[]): string {
  return showLine(globs.join(', '), 2000);
}

function indent(text: string): string[] {
  return text.split('\n').map((line) => `  ${line}`);
}
