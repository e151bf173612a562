import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderCommandReference, renderCommandsTable } from './commands.js';
import { renderDependencies } from './dependencies.js';
import { renderErrors } from './errors.js';
import { renderFindings } from './findings.js';
import { fillSections, renderBlock } from './sections.js';
import { renderToolReference, renderToolsTable } from './tools.js';

/** The pages with marked parts, relative to the checkout. */
export const PAGES: readonly string[] = [
  'README.md',
  'docs/quickstart.md',
  'docs/operator-playbook.md',
  'docs/how-it-works.md',
  'docs/commands.md',
  'docs/tools.md',
  'docs/troubleshooting.md',
];

/** What each generated part is, made from the sources. */
export function renderGenerated(root: string, name: string): string {
  const pack = readPackage(root);
  const renderers: Readonly<Record<string, () => string>> = {
    tools: renderToolsTable,
    'tool reference': renderToolReference,
    commands: renderCommandsTable,
    'command reference': renderCommandReference,
    findings: renderFindings,
    errors: renderErrors,
    dependencies: () => renderDependencies(Object.keys(pack.dependencies)),
    'development dependencies': () => renderDependencies(Object.keys(pack.devDependencies)),
  };
  const render = renderers[name];
  if (render === undefined) throw new Error(`There is no generated part ${JSON.stringify(name)}.`);
  return render();
}

/** The page with its generated parts made anew; its outputs too, where `outputs` has them. */
export function renderPage(root: string, markdown: string, outputs: ReadonlyMap<string, string> | null): string {
  return fillSections(markdown, ({ kind, name }) => {
    if (kind === 'generated') return renderGenerated(root, name);
    if (outputs === null) return null;
    const text = outputs.get(name);
    return text === undefined ? null : renderBlock('text', text);
  });
}

function readPackage(root: string): { dependencies: object; devDependencies: object } {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
}
