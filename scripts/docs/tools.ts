import { TOOLS } from '../../src/tools/index.js';
import { renderTable } from './sections.js';

/** Each tool with its title. */
export function renderToolsTable(): string {
  return renderTable(
    ['Tool', 'Does', 'Records'],
    TOOLS.map((tool) => [
      `[\`${tool.name}\`](docs/tools.md#${tool.name})`,
      tool.title,
      tool.annotations.readOnlyHint ? 'nothing' : 'the call',
    ]),
  );
}

/** Every tool with its description and the fields of its JSON schemas. */
export function renderToolReference(): string {
  return TOOLS.map((tool) =>
    [
      `## ${tool.name}`,
      `*${tool.title}.* ${tool.description}`,
      '**Input**',
      renderFields(tool.inputSchema),
      '**Answer**',
      renderFields(tool.outputSchema),
    ].join('\n\n'),
  ).join('\n\n');
}

function renderFields(schema: object): string {
  const rows = listFields(schema, '');
  return rows.length === 0 ? 'No fields.' : renderTable(['Field', 'Type', 'Meaning'], rows);
}

// Nested objects are written as dotted rows; a list of objects as `name[]`.
function listFields(schema: unknown, prefix: string): string[][] {
  const required = new Set(readList(schema, 'required'));
  return Object.entries(readObject(schema, 'properties')).flatMap(([name, field]) => {
    const optional = required.has(name) ? '' : '?';
    const items = readObject(field, 'items');
    const isList = Object.keys(items).length > 0;
    const path = `${prefix}${name}${isList ? '[]' : ''}`;
    const nested = listFields(isList ? items : field, `${path}.`);
    return [
      [`\`${path}${optional}\``, describeType(isList ? items : field), readText(field, 'description')],
      ...nested,
    ];
  });
}

function describeType(schema: unknown): string {
  const options = readList(schema, 'enum');
  if (options.length > 0) return options.map((option) => `\`${option}\``).join(', ');
  const alternatives = readArray(schema, 'anyOf').map(describeType);
  if (alternatives.length > 0) return alternatives.join(' or ');
  const bounds = [
    limit(schema, 'minimum', 'from'),
    limit(schema, 'maximum', 'to'),
    limit(schema, 'maxLength', 'at most', ' characters'),
  ].filter((text) => text !== '');
  return [readText(schema, 'type'), ...bounds].join(' ');
}

function limit(schema: unknown, key: string, word: string, unit = ''): string {
  const value = readUnknown(schema, key);
  return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? `${word} ${value}${unit}` : '';
}

function readUnknown(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function readObject(value: unknown, key: string): Record<string, unknown> {
  const found = readUnknown(value, key);
  return typeof found === 'object' && found !== null ? { ...found } : {};
}

function readArray(value: unknown, key: string): unknown[] {
  const found = readUnknown(value, key);
  return Array.isArray(found) ? found : [];
}

function readList(value: unknown, key: string): string[] {
  return readArray(value, key).map(String);
}

function readText(value: unknown, key: string): string {
  const found = readUnknown(value, key);
  return typeof found === 'string' ? found : '';
}
