import { showLine } from '../../core/approval/display.js';
import type { Finding, Severity } from '../../core/claim/finding.js';
import type { Colors } from '../output.js';

/** One finding in two lines: what is wrong, and what to do about it. */
export function renderFindings(colors: Colors, findings: readonly Finding[]): string[] {
  return findings.flatMap((finding) => {
    const where =
      finding.path === undefined
        ? ''
        : ` ${showLine(finding.path)}${finding.line === undefined ? '' : `:${finding.line}`}`;
    return [
      `  ${paint(colors, finding.severity)} ${finding.kind}${where} ${colors.dim(`(${finding.id})`)}`,
      `    ${showLine(finding.message)}`,
      `    ${colors.dim(showLine(finding.fix))}`,
    ];
  });
}

function paint(colors: Colors, severity: Severity): string {
  const color = { critical: colors.red, high: colors.red, medium: colors.yellow, low: colors.dim }[severity];
  return color(severity);
}

/** `files and one more` for a list that may be long: the first few and how many are left out. */
export function renderPaths(paths: readonly string[], most = 12): string[] {
  const shown = paths.slice(0, most).map((path) => `  ${showLine(path)}`);
  return paths.length > most ? [...shown, `  … and ${paths.length - most} more`] : shown;
}
